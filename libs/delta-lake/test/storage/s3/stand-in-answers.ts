/** An answer of the stand-in. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of an answer to HEAD: what the body would have. */
  readonly length?: number;
}

export const answer = (status: number, text: string = '', headers: Answer['headers'] = {}): Answer => ({
  status,
  headers,
  body: Buffer.from(text),
});

export const errorAnswer = (status: number, code: string, headers: Answer['headers'] = {}): Answer =>
  answer(status, `<Error><Code>${code}</Code><Message>The stand-in says ${code}</Message></Error>`, headers);

/** ListObjectsV2: sorted by the bytes of the key, as S3 sorts. */
export function listing(
  objects: readonly { readonly key: string; readonly bytes: number; readonly modifiedAtMs: number }[],
  query: URLSearchParams,
  pageSize: number,
): Answer {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const sorted = objects
    .filter(({ key }) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const page = sorted.slice(0, pageSize);
  const contents = page.map(
    ({ key, bytes, modifiedAtMs }) =>
      `<Contents><Key>${encodeURIComponent(key).replaceAll('%20', '+')}</Key><LastModified>${new Date(modifiedAtMs).toISOString()}</LastModified><Size>${bytes}</Size></Contents>`,
  );
  const next = page.length < sorted.length ? (page.at(-1)?.key ?? '') : null;
  const more =
    next === null
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</NextContinuationToken>`;
  return answer(
    200,
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>${more}${contents.join('')}</ListBucketResult>`,
  );
}
