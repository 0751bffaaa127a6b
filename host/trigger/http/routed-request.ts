// A request that has found its route, as a component sees it.

import type { HttpRoute } from '../../gen/runtime.ts';
import { Fields } from '../../wasi/http/fields.ts';
import type { IncomingRequestHead } from '../../wasi/http/request.ts';
import type { Exchange } from './exchange.ts';
import type { RequestTarget } from './request-target.ts';
import type { RouteMatch } from './route.ts';
import { createSpinHeaders } from './spin-headers.ts';

/** The head of the request. Its headers are put together when they are asked for: short handlers never do. */
export class RoutedRequest implements IncomingRequestHead {
  readonly exchange: Exchange;
  readonly target: RequestTarget;
  readonly #route: HttpRoute;
  readonly #match: RouteMatch;
  readonly #scheme: 'http' | 'https';
  #headers: Fields | undefined;

  /** `scheme` is what the client speaks. */
  constructor(
    exchange: Exchange,
    target: RequestTarget,
    route: HttpRoute,
    match: RouteMatch,
    scheme: 'http' | 'https',
  ) {
    this.exchange = exchange;
    this.target = target;
    this.#route = route;
    this.#match = match;
    this.#scheme = scheme;
  }

  get method(): string {
    return this.exchange.method;
  }

  get authority(): string {
    return this.target.authority;
  }

  get pathWithQuery(): string {
    return this.target.pathWithQuery;
  }

  /** What the client sent, then what tells about the route. */
  get headers(): Fields {
    const { exchange, target } = this;
    this.#headers ??= new Fields(
      exchange.headers.concat(
        createSpinHeaders(target, this.#route, this.#match, exchange.clientAddress, this.#scheme),
      ),
      true,
    );
    return this.#headers;
  }
}
