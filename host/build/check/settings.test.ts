import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findSettingFaults, formatSettings, settings } from './settings.ts';

const honoured = settings.filter((setting) => setting.default !== null && /^[A-Z]/.test(setting.name));

/** Sources that name every setting, and what is added. */
function sources(more = ''): Map<string, string> {
  const names = honoured.map(({ name }) => `'${name.replace(/[<*].*/, 'X')}'`);
  return new Map([['host/a.ts', `${names.join('\n')}\n${more}`]]);
}

const faults = suite('findSettingFaults');

faults('finds none where all three are the same', () => {
  assert.equal(findSettingFaults(`# Name\n\n${formatSettings()}\n`, sources('`SPIN_VARIABLE_X`')), []);
});

faults('finds a README with another table, and shows this one', () => {
  const [fault, ...others] = findSettingFaults('# Name', sources());
  assert.ok(fault?.includes(formatSettings()));
  assert.equal(others, []);
});

for (const name of ['SPIN_NEW_THING', 'SPIN_WASMTIME_POOLING', 'SSL_KEY_FILE']) {
  faults(`finds that ${name} is read, which the table does not say`, () => {
    assert.equal(findSettingFaults(formatSettings(), sources(`read('${name}')`)), [
      `host/a.ts: names ${name}, which the table of settings does not say is honoured`,
    ]);
  });
}

faults('finds what the table says and nothing reads', () => {
  const nothing = findSettingFaults(formatSettings(), new Map());
  assert.equal(
    nothing,
    honoured.map(({ name }) => `the table of settings has ${name}, which nothing reads`),
  );
});

faults.run();
