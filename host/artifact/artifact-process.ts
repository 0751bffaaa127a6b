// Asks the artifact process (protocol.ts).

import type { Command } from '../plan/executable.ts';
import { RoleProcess } from '../plan/role-process.ts';
import { Code, StatusError } from '../ttrpc/status.ts';
import type { ArtifactAnswer, ArtifactRequest, ManifestAnswer, UnpackAnswer } from './protocol.ts';

/** An artifact process that may not have been started yet. */
export class ArtifactProcess {
  readonly #process: RoleProcess;

  constructor(command: Command) {
    this.#process = new RoleProcess(command, "cannot read the image's layers");
  }

  /** Reads a manifest or an index. Throws a `StatusError` when it is neither. */
  async readManifest(bytes: Uint8Array, architecture: string): Promise<ManifestAnswer> {
    const request: ArtifactRequest = { kind: 'manifest', architecture, payload: bytes.length };
    await this.#process.send(request, toChunks(bytes));
    return this.#readAnswer<ManifestAnswer>(['index', 'layers', 'none']);
  }

  /**
   * Unpacks an archive of `size` bytes: `write` takes the content of each file, to its end. Rejects with a `StatusError` when it is no
   * archive, and with what reading it rejects with.
   */
  async unpack(
    archive: AsyncIterable<Uint8Array>,
    size: number,
    write: (content: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    const request: ArtifactRequest = { kind: 'unpack', payload: size };
    const sending = this.#process.send(request, archive).catch(async (error) => {
      // It would wait for the rest.
      await this.close();
      throw error;
    });
    try {
      const next = () => this.#readAnswer<UnpackAnswer>(['file', 'data', 'done']);
      for (let answer = await next(); answer.kind !== 'done'; ) {
        await write(this.#readFile(next, (following) => (answer = following)));
      }
    } catch (error) {
      await sending;
      throw error;
    }
    await sending;
  }

  async *#readFile(next: () => Promise<UnpackAnswer>, end: (following: UnpackAnswer) => void) {
    for (let answer = await next(); ; answer = await next()) {
      if (answer.kind !== 'data') return end(answer);
      yield* this.#process.readPayload(answer.payload);
    }
  }

  async #readAnswer<Answer extends ArtifactAnswer>(kinds: readonly string[]): Promise<Answer> {
    const answer = await this.#process.readHead<ArtifactAnswer>();
    if (answer.kind === 'failed') throw new StatusError(answer.code, answer.message);
    if (!kinds.includes(answer.kind))
      throw new StatusError(Code.INTERNAL, `the artifact process answered ${answer.kind}`);
    return answer as Answer;
  }

  /** Ends the process and waits until it is gone. Never rejects. */
  async close(): Promise<void> {
    await this.#process.close();
  }
}

async function* toChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
