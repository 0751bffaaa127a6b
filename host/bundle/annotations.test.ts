import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CRI_SANDBOX_ID, groupIdOf, RUNC_GROUP } from './annotations.ts';

const group = suite('groupIdOf');

group('takes the group that is named', () => {
  assert.is(groupIdOf({ [RUNC_GROUP]: 'group', [CRI_SANDBOX_ID]: 'sandbox' }, 'id'), 'group');
});

group('takes the pod sandbox', () => {
  assert.is(groupIdOf({ [CRI_SANDBOX_ID]: 'sandbox' }, 'id'), 'sandbox');
});

group('takes the container alone when nothing groups it', () => {
  assert.is(groupIdOf({}, 'id'), 'id');
  assert.is(groupIdOf(null, 'id'), 'id');
  assert.is(groupIdOf({ [CRI_SANDBOX_ID]: '' }, 'id'), 'id');
});

group.run();
