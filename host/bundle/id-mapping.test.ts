import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { replaceSources, sourcesOf, takeIdMapping } from './id-mapping.ts';

const bind = (...options: readonly string[]) => ({ type: 'bind', source: '/image', target: '', options });
const overlay = {
  type: 'overlay',
  source: 'overlay',
  target: '',
  options: ['lowerdir=/a:/b', 'upperdir=/u', 'workdir=/w'],
};

const taking = suite('takeIdMapping');

taking('leaves a mount without ids alone', () => {
  assert.equal(takeIdMapping(bind('ro')), { mapping: null, mount: bind('ro') });
});

taking('takes ranges of users and groups as the kernel reads them', () => {
  const { mapping, mount } = takeIdMapping(bind('ro', 'uidmap=0:100000:1000,1000:5:1', 'gidmap=0:200000:65536'));
  assert.equal(mapping, { uids: '0 100000 1000\n1000 5 1\n', gids: '0 200000 65536\n' });
  assert.equal(mount, bind('ro'));
});

taking('refuses what maps only one kind, or nothing', () => {
  for (const options of [['uidmap=0:1:1'], ['gidmap=0:1:1'], ['uidmap=0:1', 'gidmap=0:1:1'], ['uidmap=', 'gidmap=']]) {
    assert.throws(() => takeIdMapping(bind(...options)), /do not map users and groups/);
  }
});

taking.run();

const sources = suite('sourcesOf and replaceSources');

sources('concern the lower layers of an overlay', () => {
  assert.equal(sourcesOf(overlay), ['/a', '/b']);
  const { options } = replaceSources(overlay, ['/x', '/y']);
  assert.equal(options, ['lowerdir=/x:/y', 'upperdir=/u', 'workdir=/w']);
});

sources('concern the source of a bind mount', () => {
  assert.equal(sourcesOf(bind('rbind')), ['/image']);
  assert.is(replaceSources(bind('rbind'), ['/x']).source, '/x');
});

sources.run();
