// Why a request is not served: what the server answers by itself before it closes the connection.

/** Thrown by what parses requests. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  /** `status` is the answer's. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
