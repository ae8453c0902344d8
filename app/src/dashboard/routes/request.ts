import type { Context } from 'hono';
import type { Body } from '../compressed.ts';

/** Whether the client has the representation with this tag. Source: RFC 9110, section 13.1.2. */
export function isKnown(c: Context, tag: string): boolean {
  const known = c.req.header('if-none-match');
  return known !== undefined && known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** A JSON answer in the best encoding that the client takes; a tag is weak then, for the bytes are others. */
export async function sent(
  c: Context,
  body: Body,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { bytes, encoding } = await body.for(c.req.header('accept-encoding'));
  const { ETag: tag, ...others } = headers;
  return c.body(bytes, 200, {
    ...others,
    ...(tag !== undefined && { ETag: encoding === 'identity' ? tag : `W/${tag}` }),
    ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    'Content-Type': 'application/json',
    Vary: 'Accept-Encoding',
  });
}
