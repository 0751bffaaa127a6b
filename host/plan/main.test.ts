// Looks at a plan process from outside while it works.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeHead, MessageReader } from './message.ts';
import type { PlanAnswer, PlanRequest } from './protocol.ts';

const plan = suite('runPlan');

const script = join(import.meta.dirname, 'testing/plan-role.ts');

plan('is nobody, without capabilities, once it has looked at an app, and ends with its input', async () => {
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const request: PlanRequest = {
      kind: 'app',
      source: { tag: 'manifest', val: { name: 'f', text: 'a = ' } },
      options: { retain: [] },
      payload: 0,
    };
    child.stdin.write(encodeHead(request));
    const answer = await new MessageReader(child.stdout).readHead<PlanAnswer>();
    assert.is(answer?.kind, 'refused');
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim();
    const own = process.getuid?.();
    const user = own === 0 ? 65534 : own;
    assert.is(field('Uid'), `${user}\t${user}\t${user}\t${user}`);
    assert.is(field('CapEff'), '0000000000000000');
    assert.is(field('CapPrm'), '0000000000000000');
    if (own === 0) assert.is(field('Groups'), '');
    child.stdin.end();
    assert.equal(await exited, [0, null]);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
});

plan.run();
