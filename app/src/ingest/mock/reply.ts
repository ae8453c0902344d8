import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** One request, as far as it matters to a mock. */
export interface MockRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in small letters; absent: nobody looks at them. */
  readonly headers?: IncomingHttpHeaders;
  /** The header without `Bearer `; null: anonymous. */
  readonly token: string | null;
  readonly form: URLSearchParams;
  /** Costs no credits: the answer is to be spoilt before it arrives. */
  readonly isFree?: boolean;
}

/** What is answered; a server packs and sends it. */
export interface MockReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One thing that goes wrong with an answer. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** 200 with this text as body. */
  | { readonly kind: 'body'; readonly body: string; readonly type?: string }
  /** The real answer with something else in it. It costs what the real one costs. */
  | { readonly kind: 'changed'; change(right: MockReply): MockReply }
  /** The answer of before again; the first one is the real one. */
  | { readonly kind: 'repeated' }
  /** The real answer, its second half so much later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The first half of the real answer. */
  | { readonly kind: 'truncated' }
  /** The connection breaks before an answer. */
  | { readonly kind: 'reset' }
  /** No answer ever; `reached` is called when the request is there. */
  | { readonly kind: 'hang'; reached?(): void }
  /** Headers and half a body, then nothing; `reached` is called when they are sent. */
  | { readonly kind: 'stall'; reached?(): void }
  /** Anything else; `body` is the real answer. */
  | { readonly kind: 'answer'; answer(response: ServerResponse, body: string): void };

export const JSON_TYPE = { 'content-type': 'application/json' };

export const reply = (status: number, body = '', headers: MockReply['headers'] = {}): MockReply => ({
  status,
  headers,
  body,
});

/** Whether no credits are spent: what was asked for is not given. */
export const isFree = ({ kind }: Fault): boolean =>
  !['changed', 'repeated', 'late', 'truncated', 'stall'].includes(kind);

/** The answer that a fault makes of the right one; null where it is more than another answer, or none at all. */
export function spoilt(fault: Fault, right: MockReply): MockReply | null {
  switch (fault.kind) {
    case 'status':
      return reply(fault.status, fault.body, fault.headers);
    case 'body':
      return reply(200, fault.body, { 'content-type': fault.type ?? 'application/json' });
    case 'changed':
      return fault.change(right);
    case 'truncated':
      return { ...right, body: firstHalf(right.body) };
    case 'repeated':
    case 'late':
    case 'reset':
    case 'hang':
    case 'stall':
    case 'answer':
      return null;
  }
}

/** Answers with a fault. @param before the last answer that had none */
export function fail(
  response: ServerResponse,
  fault: Fault,
  right: MockReply,
  before: MockReply = right,
): void {
  switch (fault.kind) {
    case 'reset':
      response.destroy();
      return;
    case 'hang':
      fault.reached?.();
      return;
    case 'late': {
      const { status, headers, body } = right;
      response.writeHead(status, headers).write(firstHalf(body));
      setTimeout(() => response.end(body.slice(firstHalf(body).length)), fault.ms).unref();
      return;
    }
    case 'stall':
      response.writeHead(200, JSON_TYPE);
      response.write(firstHalf(right.body), () => fault.reached?.());
      return;
    case 'answer':
      fault.answer(response, right.body);
      return;
    case 'repeated':
    case 'status':
    case 'body':
    case 'changed':
    case 'truncated': {
      const { status, headers, body } = spoilt(fault, right) ?? before;
      response.writeHead(status, headers).end(body);
    }
  }
}

const firstHalf = (text: string): string => text.slice(0, Math.floor(text.length / 2));
