// Guests that keep handles from their start, as those with a C library do.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryFromWat } from '../../../../guest-runtime/link/testing/wat.ts';
import type { HostImports, Isolation } from '../../engine.ts';
import { prepareComponent } from '../testing/component.ts';

const starting = suite('guests that ask the host while they start');

/** Keeps two streams from its start, in the order second, first; `write` writes to the stream of a handle. */
const formatGuest = (asksForTime: boolean): string => `(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $stream (sub resource)))
    (export "[method]output-stream.flush" (func (param "self" (borrow $stream))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $s)) (export "output-stream" (type $t (eq $s)))
    (export "get-stdout" (func (result (own $t))))))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $stream (type $s)) (export "output-stream" (type $t (eq $s)))
    (export "get-stderr" (func (result (own $t))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (core func $flush (canon lower (func $streams "[method]output-stream.flush")))
  (core func $stdout (canon lower (func $stdout "get-stdout")))
  (core func $stderr (canon lower (func $stderr "get-stderr")))
  (core func $now (canon lower (func $clock "now")))
  (core func $drop (canon resource.drop $stream))
  (core module $core
    (import "" "flush" (func $flush (param i32)))
    (import "" "stdout" (func $stdout (result i32)))
    (import "" "stderr" (func $stderr (result i32)))
    (import "" "now" (func $now (result i64)))
    (import "" "drop" (func $drop (param i32)))
    (global $out (mut i32) (i32.const 0)) (global $err (mut i32) (i32.const 0))
    (start $start)
    (func $start (local $gone i32)
      (local.set $gone (call $stdout))
      (global.set $err (call $stderr))
      (call $drop (local.get $gone))
      (global.set $out (call $stdout))
      ${asksForTime ? '(drop (call $now))' : ''})
    (func (export "flush") (param i32) (call $flush (select (global.get $err) (global.get $out) (local.get 0))))
    (func (export "open") (result i32) (call $stdout))
    (func (export "close") (call $drop (global.get $out))))
  (core instance $core (instantiate $core (with "" (instance (export "flush" (func $flush)) (export "stdout" (func $stdout))
    (export "stderr" (func $stderr)) (export "now" (func $now)) (export "drop" (func $drop))))))
  (func (export "flush") (param "error" bool) (canon lift (core func $core "flush")))
  (func (export "open") (result u32) (canon lift (core func $core "open")))
  (func (export "close") (canon lift (core func $core "close"))))`;

class OutputStream {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  flush(): void {
    flushed.push(this.name);
  }
}

let flushed: string[] = [];
let opened = 0;
const imports = {
  'wasi:io/streams@0.2': { OutputStream },
  'wasi:cli/stdout@0.2': { getStdout: () => new OutputStream(`stdout ${++opened}`) },
  'wasi:cli/stderr@0.2': { getStderr: () => new OutputStream(`stderr ${++opened}`) },
  'wasi:clocks/monotonic-clock@0.2': { now: () => 1n },
} as unknown as HostImports;

async function open(asksForTime: boolean) {
  const told: Isolation[] = [];
  const bytes = await binaryFromWat(formatGuest(asksForTime));
  const prepared = prepareComponent(bytes, { method: 'copy' }, [], (isolation) => told.push(isolation));
  let made = 0;
  return {
    told,
    get made() {
      return made;
    },
    use: async (...calls: [name: string, ...args: unknown[]][]) => {
      const instance = await prepared.instantiate(() => {
        made++;
        return { imports, release: () => undefined };
      });
      const results: unknown[] = [];
      for (const [name, ...args] of calls) results.push(await instance.call(name, '', args));
      instance.dispose();
      return results;
    },
  };
}

starting.before.each(() => {
  flushed = [];
  opened = 0;
});

starting('find objects of their own behind the handles that they kept', async () => {
  const guest = await open(false);
  await guest.use(['flush', true], ['flush', false]);
  assert.equal(flushed, ['stderr 2', 'stdout 3']);
  await guest.use(['flush', true], ['flush', false]);
  assert.equal(flushed.slice(2), ['stderr 5', 'stdout 4'], 'asked again, and once for each handle');
  assert.is(guest.made, 1);
});

starting('get the same numbers for later handles, whatever the request before did with its own', async () => {
  const guest = await open(false);
  assert.equal(await guest.use(['open']), [3]);
  await guest.use(['close'], ['open'], ['open']);
  assert.equal(await guest.use(['open']), [3]);
  assert.is(guest.made, 1);
});

starting('are made anew when they asked for what differs', async () => {
  const guest = await open(true);
  await guest.use(['open']);
  await guest.use(['open']);
  assert.is(guest.made, 2);
  const obstacle = 'it calls wasi:clocks/monotonic-clock#now while it starts';
  assert.equal(guest.told, [{ method: 'fresh', obstacle }]);
});

starting.run();
