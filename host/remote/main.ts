// The `remote` role of the executable: a process that fetches components by URL and from registries. It parses what comes from the network,
// so it gives up its privileges first, and it reaches nothing of the machine but its standard input and output (protocol.ts).

import process from 'node:process';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { dropPrivileges, writeOutput } from '../plan/role.ts';
import { serveSession } from './session.ts';

/** Serves requests on standard input until it ends. Rejects when the input is malformed. */
export async function runRemote(): Promise<void> {
  dropPrivileges();
  // What the node trusts, beside what Node does: a company's registry has the company's certificate.
  setDefaultCACertificates([...getCACertificates('bundled'), ...getCACertificates('system')]);
  await serveSession(process.stdin, writeOutput, fetch);
}
