// An ordinary Linux container under this shim: what a pod's pause container and sidecars need, and what a Spin app cannot show.
import * as assert from 'uvu/assert';
import { onEachRelease } from '../testing/each-release.ts';
import { importBusybox } from '../testing/images.ts';
import { until } from '../testing/until.ts';

await onEachRelease('linux container', (test) => {
  test('gives back the exit code of its process and what it wrote', async (containerd) => {
    const image = await importBusybox(containerd);
    const command = ['sh', '-c', 'echo out; echo err >&2; exit 7'];
    const { code, stdout, stderr } = await containerd.tryCtr(
      containerd.runArguments('box', image, { flags: ['--rm'], command }),
    );
    assert.is(code, 7);
    assert.is(stdout, 'out\n');
    assert.match(stderr, 'err');
  });

  test('reads its standard input to the end', async (containerd) => {
    const image = await importBusybox(containerd);
    const command = ['sh', '-c', 'cat; echo done'];
    const running = containerd.startCtr(containerd.runArguments('box', image, { flags: ['--rm'], command }));
    running.child.stdin?.write('line\n');
    await until('the line comes back', () => running.written() === 'line\n');
    running.child.stdin?.end();
    assert.equal([(await running.ended).code, running.written()], [0, 'line\ndone\n']);
  });

  test('runs further processes, each with its own exit code', async (containerd) => {
    const image = await importBusybox(containerd);
    const id = await containerd.run('box', image, { command: ['sleep', '1000'] });
    const execute = (execId: string, script: string) =>
      containerd.tryCtr(['tasks', 'exec', '--exec-id', execId, id, 'sh', '-c', script]);
    const [first, second] = await Promise.all([execute('one', 'echo first; exit 3'), execute('two', 'echo second')]);
    assert.equal([first.code, first.stdout], [3, 'first\n']);
    assert.equal([second.code, second.stdout], [0, 'second\n']);
    assert.is((await containerd.tasks()).get('box')?.state, 'RUNNING');
  });

  test('lists its processes', async (containerd) => {
    const image = await importBusybox(containerd);
    const id = await containerd.run('box', image, { command: ['sh', '-c', '(while :; do sleep 1; done) & wait'] });
    const pid = (await containerd.tasks()).get('box')?.pid ?? 0;
    const list = await until('both processes are there', async () => {
      const lines = (await containerd.ctr(['tasks', 'ps', id])).trim().split('\n').slice(1);
      return lines.length >= 2 && lines;
    });
    assert.ok(list.some((line) => line.startsWith(String(pid))));
  });

  test('has a terminal of the size it is given', async (containerd) => {
    const image = await importBusybox(containerd);
    const command = [
      'sh',
      '-c',
      'until [ "$(stty size)" = "33 99" ]; do sleep 0.05; done; test -t 0 && echo a terminal',
    ];
    const args = containerd.runArguments('box', image, { flags: ['--rm', '--tty'], command });
    const { code, stdout } = await containerd.inTerminal(args, { rows: 33, columns: 99 });
    assert.match(stdout, 'a terminal');
    assert.is(code, 0, stdout);
  });

  test('is paused and resumed', async (containerd) => {
    const image = await importBusybox(containerd);
    const id = await containerd.run('box', image, { command: ['sleep', '1000'] });
    await containerd.ctr(['tasks', 'pause', id]);
    assert.is((await containerd.tasks()).get('box')?.state, 'PAUSED');
    await containerd.ctr(['tasks', 'resume', id]);
    assert.is((await containerd.tasks()).get('box')?.state, 'RUNNING');
  });

  test('is ended by the signal it is sent', async (containerd) => {
    const image = await importBusybox(containerd);
    const id = await containerd.run('box', image, {
      command: ['sh', '-c', 'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done'],
    });
    await until('the trap is set', async () => (await containerd.log('box')) === 'ready\n');
    await containerd.ctr(['tasks', 'kill', '--signal', 'SIGTERM', id]);
    await containerd.untilStopped('box');
    assert.match((await containerd.delete('box')).stderr, 'non-zero exit code 5');
  });

  test('fails with the reason when its program does not exist', async (containerd) => {
    const image = await importBusybox(containerd);
    const { code, stderr } = await containerd.tryCtr(containerd.runArguments('box', image, { command: ['absent'] }));
    assert.is(code, 1);
    assert.match(stderr, /"absent".*(?:not found|is no program)/);
  });
});
