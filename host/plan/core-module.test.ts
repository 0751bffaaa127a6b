import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linkComponent } from '../../guest-runtime/link/linker.ts';
import { readComponent } from '../worker/testing/prepared-app.ts';
import { findModuleFault } from './core-module.ts';

/** An opcode that no version of WebAssembly has. */
const NO_OPCODE = 0xff;
/** https://webassembly.github.io/spec/core/binary/modules.html#sections */
const CODE_SECTION = 10;

const faults = suite('findModuleFault');

faults('takes the modules that toolchains make', async () => {
  const component = await readComponent('hello-c/hello.wasm');
  assert.is(findModuleFault(linkComponent(component), [component]), undefined);
});

faults('says why a module is not valid, and where in the file', async () => {
  const component = (await readComponent('hello-c/hello.wasm')).slice();
  const plan = linkComponent(component);
  const { start, end } = plan.modules[0] ?? { start: 0, end: 0 };
  const at = start + findCode(component.subarray(start, end));
  component[at] = NO_OPCODE;
  const { file, message } = findModuleFault(plan, [component]) ?? {};
  assert.is(file, 0);
  assert.match(String(message), /^core module 0 is not valid: Compiling function #\d+ failed: .+ \(at byte \d+\)$/);
  assert.is(Number(/\(at byte (\d+)\)/.exec(String(message))?.[1]), at);
});

faults('names the file of a dependency', async () => {
  const component = await readComponent('hello-c/hello.wasm');
  const plan = linkComponent(component);
  const modules = plan.modules.map((module) => ({ ...module, file: 1 }));
  assert.is(findModuleFault({ ...plan, modules }, [component, new Uint8Array(component.length)])?.file, 1);
});

faults.run();

/** Returns where in a module the code section's last byte is, the `end` of its last function. */
function findCode(module: Uint8Array): number {
  let at = 8;
  for (;;) {
    const id = module[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] as number;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (id === CODE_SECTION) return at + size - 1;
    at += size;
  }
}
