// With small scripts in place of the executable; host/e2e/artifacts.e2e.ts has the real one.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code, type StatusError } from '../ttrpc/status.ts';
import { findArtifact } from './artifact-process.ts';

const request = { address: '/run/c.sock', namespace: 'k8s.io', containerId: 'c1', cacheDirectory: '/cache' };

const script = (body: string): string[] => [process.execPath, '--eval', body];

async function failureOf(command: readonly string[]): Promise<StatusError> {
  return (await findArtifact(command, request).catch((error: unknown) => error)) as StatusError;
}

const finding = suite('findArtifact');

finding('hands the request over in the role of that name, and takes the answer', async () => {
  const body = `process.stdin.on('data', (data) => process.stdout.write(JSON.stringify({
    none: process.argv.at(-1) + ' ' + JSON.parse(data).containerId + ' ' + Object.keys(process.env).length,
  })))`;
  assert.equal(await findArtifact(script(body), request), { none: 'artifact c1 0' });
});

finding('rejects with the status that the process gives', async () => {
  const error = await failureOf(script('console.log(JSON.stringify({ code: 15, message: "damaged" }))'));
  assert.equal([error.code, error.message], [Code.DATA_LOSS, 'damaged']);
});

finding('rejects with what a process that died has written', async () => {
  const error = await failureOf(script('console.error("out of memory"); process.exit(1)'));
  assert.is(error.code, Code.INTERNAL);
  assert.match(error.message, "cannot read the image's layers: out of memory");
});

finding('rejects when the process says nothing, or cannot be started', async () => {
  assert.match((await failureOf(script(''))).message, 'its process gave no answer');
  assert.match((await failureOf(['/nonexistent/shim'])).message, /cannot read the image's layers: .*ENOENT/);
});

finding.run();
