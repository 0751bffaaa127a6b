// Decodes what real containerds and this shim said to each other, and encodes it again. fixtures/frames/README.md tells how it is recorded.
import { Buffer } from 'node:buffer';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Task as TaskV2 } from '../gen/containerd.task.v2.ts';
import { StatsResponse, Task as TaskV3 } from '../gen/containerd.task.v3.ts';
import { Metrics } from '../gen/io.containerd.cgroups.v1.ts';
import { Request, Response } from '../gen/ttrpc.ts';
import { unpackAny } from '../protobuf/any.ts';
import type { MethodType } from '../protobuf/message.ts';
import { encodeFrame, type Frame, FrameDecoder, MessageType } from './frame.ts';

type Recorded = { readonly isRequest: boolean; readonly bytes: Uint8Array; readonly frame: Frame };

const folder = join(import.meta.dirname, '../../fixtures/frames');
const files = globSync(join(folder, '*.hex')).map((path) => ({ name: basename(path), frames: readFrames(path) }));

function readFrames(path: string): Recorded[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => /^[<>] /.test(line))
    .map((line) => {
      const bytes = Buffer.from(line.slice(2), 'hex');
      const [frame] = new FrameDecoder().decode(bytes);
      assert.ok(frame && 'data' in frame, line);
      return { isRequest: line.startsWith('>'), bytes, frame };
    });
}

/** The methods by their path, as requests name them. */
const methods = new Map<string, MethodType>(
  [TaskV2, TaskV3].flatMap(({ name, methods }) =>
    Object.values(methods).map((method) => [`${name}/${method.name}`, method]),
  ),
);

function methodOf(frames: readonly Recorded[], streamId: number): MethodType {
  const request = frames.find(({ isRequest, frame }) => isRequest && frame.streamId === streamId);
  const { service, method } = Request.decode(request?.frame.data ?? new Uint8Array(0));
  const found = methods.get(`${service}/${method}`);
  assert.ok(found, `${service}/${method}`);
  return found as MethodType;
}

const recorded = suite('recorded frames');

recorded('are there for the containerds before and after 2.0', () => {
  assert.equal(files.map(({ name }) => name).sort(), ['containerd-1.6.hex', 'containerd-2.1.hex']);
});

for (const { name, frames } of files) {
  recorded(`of ${name} are encoded again byte by byte`, () => {
    for (const { bytes, frame } of frames) assert.is(Buffer.compare(encodeFrame(frame), bytes), 0);
    for (const { isRequest, frame } of frames) {
      const { streamId, data, flags, type } = frame;
      const method = methodOf(frames, streamId);
      const envelope = isRequest ? Request : Response;
      assert.equal([type, flags], [isRequest ? MessageType.REQUEST : MessageType.RESPONSE, 0]);
      const { payload } = envelope.decode(data);
      assert.is(Buffer.compare(envelope.encode(envelope.decode(data)), data), 0, method.name);
      const message = isRequest ? method.request : method.response;
      assert.is(Buffer.compare(message.encode(message.decode(payload)), payload), 0, message.name);
    }
  });

  recorded(`of ${name} hold the whole life of a container`, () => {
    const called = frames.map(({ frame }) => methodOf(frames, frame.streamId).name);
    assert.equal([called[0], called.at(-1)], ['Create', 'Shutdown']);
    for (const method of [
      'Connect',
      'Start',
      'State',
      'Exec',
      'Wait',
      'Pids',
      'Stats',
      'Pause',
      'Resume',
      'Kill',
      'Delete',
    ]) {
      assert.ok(called.includes(method), method);
    }
  });

  recorded(`of ${name} carry metrics without loss`, () => {
    const stats = frames.find(
      ({ isRequest, frame }) => !isRequest && methodOf(frames, frame.streamId).name === 'Stats',
    );
    const { payload } = Response.decode(stats?.frame.data ?? new Uint8Array(0));
    const any = StatsResponse.decode(payload).stats;
    const metrics = any && unpackAny(Metrics, any);
    // What a v1 memory cgroup without a limit says: more than a double can hold exactly.
    assert.is(metrics?.memory?.usage?.limit, 9223372036854771712n);
  });
}

recorded.run();
