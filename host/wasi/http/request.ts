// wasi:http/types requests @0.2.

import { type BodySource, IncomingBody, OutgoingBody } from './body.ts';
import type { Fields } from './fields.ts';
import { formatMethod, type Method, parseMethod, type Scheme } from './method.ts';

const HTTP: Scheme = Object.freeze({ tag: 'HTTP' as const });

/** What the host knows of a request that has come in. */
export type IncomingRequestHead = {
  readonly method: string;
  readonly pathWithQuery: string;
  readonly authority: string;
  readonly headers: Fields;
};

/** The resource `incoming-request`. The scheme is always HTTP, as in Spin. */
export class IncomingRequest {
  readonly #head: IncomingRequestHead;
  readonly #body: BodySource;
  #isConsumed = false;

  constructor(head: IncomingRequestHead, body: BodySource) {
    this.#head = head;
    this.#body = body;
  }

  method(): Method {
    return parseMethod(this.#head.method);
  }

  pathWithQuery(): string {
    return this.#head.pathWithQuery;
  }

  scheme(): Scheme {
    return HTTP;
  }

  authority(): string {
    return this.#head.authority;
  }

  headers(): Fields {
    return this.#head.headers.freeze();
  }

  consume(): IncomingBody {
    if (this.#isConsumed) throw undefined;
    this.#isConsumed = true;
    return new IncomingBody(this.#body);
  }
}

/** The resource `outgoing-request`. Setters throw the empty result error on what cannot stand in a request. */
export class OutgoingRequest {
  readonly #headers: Fields;
  #method: Method = { tag: 'get' };
  #pathWithQuery: string | undefined;
  #scheme: Scheme | undefined;
  #authority: string | undefined;
  #body: OutgoingBody | undefined;
  #isBodyTaken = false;

  constructor(headers: Fields) {
    this.#headers = headers;
  }

  /** The body, for the host; made here when the guest never asked for it. */
  takeBody(): OutgoingBody {
    this.#body ??= new OutgoingBody('request', this.#headers);
    if (!this.#isBodyTaken) this.#body.pipe.end();
    return this.#body;
  }

  body(): OutgoingBody {
    if (this.#isBodyTaken) throw undefined;
    this.#isBodyTaken = true;
    this.#body = new OutgoingBody('request', this.#headers);
    return this.#body;
  }

  method(): Method {
    return this.#method;
  }

  setMethod(method: Method): void {
    if (formatMethod(method) === undefined) throw undefined;
    this.#method = method;
  }

  pathWithQuery(): string | undefined {
    return this.#pathWithQuery;
  }

  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !/^[\x21-\x7e\x80-\uffff]*$/.test(path)) throw undefined;
    this.#pathWithQuery = path;
  }

  scheme(): Scheme | undefined {
    return this.#scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme?.tag === 'other' && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme.val)) throw undefined;
    this.#scheme = scheme;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) throw undefined;
    this.#authority = authority;
  }

  headers(): Fields {
    return this.#headers.freeze();
  }

  /** The headers, for the host. */
  rawHeaders(): string[] {
    return this.#headers.raw();
  }
}

function isAuthority(text: string): boolean {
  return URL.canParse(`http://${text}`) && !/[/?#\\\s]/.test(text);
}

/** The resource `request-options`. Durations are nanoseconds. */
export class RequestOptions {
  #connectTimeout: bigint | undefined;
  #firstByteTimeout: bigint | undefined;
  #betweenBytesTimeout: bigint | undefined;

  connectTimeout(): bigint | undefined {
    return this.#connectTimeout;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#connectTimeout = duration;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#firstByteTimeout;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByteTimeout = duration;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytesTimeout;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytesTimeout = duration;
  }
}
