import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guestEnvironment } from './guest-environment.ts';

const environment = suite('guestEnvironment');

environment('is that of the manifest, and nothing of the container', () => {
  const manifest: [string, string][] = [
    ['B', '2'],
    ['A', '1'],
  ];
  assert.equal(guestEnvironment(manifest, { PATH: '/bin', SPIN_VARIABLE_A: 'x', SPIN_ENV_: 'y' }), manifest);
});

environment('has what the pod sets for all components, which counts more than the manifest', () => {
  const container = { SPIN_ENV_A: 'pod', SPIN_ENV_NEW_ONE: '', spin_env_b: 'x' };
  assert.equal(guestEnvironment([['A', '1']], container), [
    ['A', 'pod'],
    ['NEW_ONE', ''],
  ]);
});

environment.run();
