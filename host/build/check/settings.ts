// The environment variables of an app's container that mean something: the README's table says what this one does, and no variable may
// be read that it leaves out. Pure; check.ts reads the files.

/** A variable, or several of one kind. */
export type Setting = {
  /** As it is written; what stands in `<>` or for `*` is any text. */
  readonly name: string;
  readonly meaning: string;
  /** What it is when it is not set; null for a variable of the original that is not honoured: `meaning` says why. */
  readonly default: string | null;
};

/** Every setting, those of the original (its documentation, and what it reads) and our own. */
export const settings: readonly Setting[] = [
  { name: 'SPIN_HTTP_LISTEN_ADDR', meaning: 'where the app listens: `host:port`', default: '`0.0.0.0:80`' },
  {
    name: 'SPIN_HTTP_MAX_HEAD_BYTES',
    meaning: "the most bytes of a request's head; here and below, 0 is no limit",
    default: '131072',
  },
  { name: 'SPIN_HTTP_MAX_BODY_BYTES', meaning: "the most bytes of a request's body", default: '0' },
  { name: 'SPIN_HTTP_MAX_CONNECTIONS', meaning: 'the most connections at a time; more are closed', default: '10000' },
  { name: 'SPIN_HTTP_HEAD_TIMEOUT_SECONDS', meaning: 'how long a client may take to send a head', default: '60' },
  {
    name: 'SPIN_HTTP_BODY_IDLE_TIMEOUT_SECONDS',
    meaning: 'how long nothing may move of a body that is on its way',
    default: '600',
  },
  {
    name: 'SPIN_HTTP_KEEP_ALIVE_TIMEOUT_SECONDS',
    meaning: 'how long a connection may wait for a request',
    default: '620',
  },
  {
    name: 'SPIN_HTTP_REQUEST_TIMEOUT_SECONDS',
    meaning: 'how long a request may take to the end of its answer; then it is 504',
    default: '0',
  },
  {
    name: 'SPIN_TLS_CERT',
    meaning: 'the file of the certificate chain (PEM) to serve HTTPS with; read anew when it changes',
    default: 'HTTP',
  },
  { name: 'SPIN_TLS_KEY', meaning: 'the file of its key', default: 'HTTP' },
  { name: 'SPIN_COMPONENTS_TO_RETAIN', meaning: 'run only these components: ids, with commas', default: 'all' },
  { name: 'SPIN_VARIABLE_<NAME>', meaning: 'the value of the variable `name`', default: "the manifest's" },
  { name: '<NAME>', meaning: 'the same, before it', default: 'not set' },
  {
    name: 'SPIN_ENV_<NAME>',
    meaning: 'the variable `NAME` in the environment of all guests',
    default: "the manifest's",
  },
  { name: 'SPIN_MAX_INSTANCE_MEMORY', meaning: 'the most memory of a component instance, in bytes', default: '4 GiB' },
  {
    name: 'SPIN_MAX_INSTANCE_COUNT',
    meaning: 'how many instances there are at most, and one for each thread; more requests wait',
    default: '1000',
  },
  {
    name: 'SPIN_MAX_INSTANCE_REUSE_COUNT',
    meaning: 'how many requests share an instance, one after another; what one leaves in memory the next one sees',
    default: '1',
  },
  {
    name: 'SPIN_METRICS_LISTEN_ADDR',
    meaning: "where the worker's metrics can be had at `/metrics`, in Prometheus' format: `host:port`",
    default: 'nowhere',
  },
  {
    name: 'SPIN_MAX_PROCESSOR_SECONDS',
    meaning: 'how long a guest may hold its thread; 0 is for ever',
    default: '30',
  },
  { name: 'SPIN_SHUTDOWN_GRACE_SECONDS', meaning: 'how long requests may go on after SIGTERM', default: '25' },
  {
    name: 'RUNTIME_CONFIG_FILE',
    meaning: 'the file that configures capabilities, in the container',
    default: '`/runtime-config.toml`, where it exists',
  },
  {
    name: 'SSL_CERT_FILE',
    meaning: "root certificates to trust, beside Node's",
    default: '`/etc/ssl/certs/ca-certificates.crt`, where it exists',
  },
  { name: 'SSL_CERT_DIR', meaning: 'folders with more of them, with colons', default: 'none' },
  {
    name: 'SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE',
    meaning: 'the authority, as it stands in URLs, that apps send to over HTTP/2 where the URL is one without TLS',
    default: 'none',
  },
  {
    name: 'AZURE_*',
    meaning:
      'credentials for `azure_key_vault`: of a service principal (`_TENANT_ID`, `_CLIENT_ID`, `_CLIENT_SECRET`) or a workload (`_FEDERATED_TOKEN_FILE`); `_AUTHORITY_HOST`',
    default: 'a managed identity',
  },
  { name: 'TMPDIR', meaning: 'nothing is unpacked in the container', default: null },
  { name: 'XDG_CACHE_HOME', meaning: 'nothing is cached in the container', default: null },
  { name: 'HOSTNAME', meaning: 'names the app in telemetry, which there is none of', default: null },
  { name: 'RUST_LOG', meaning: 'there is nothing to filter: warnings and errors are written', default: null },
  { name: 'OTEL_*', meaning: 'there is no telemetry', default: null },
  { name: 'SPIN_DISABLE_LOG_TO_TRACING', meaning: 'there is no telemetry', default: null },
  { name: 'SPIN_WASMTIME_*', meaning: 'the engine is not Wasmtime', default: null },
  { name: 'AWS_*', meaning: 'nothing here calls AWS', default: null },
  { name: 'HTTP_PROXY', meaning: 'outbound requests are direct', default: null },
];

/** Formats the rows as the README has them. */
export function formatSettings(): string {
  const rows = settings.map((one) => `| \`${one.name}\` | ${one.meaning} | ${one.default ?? '*not honoured*'} |`);
  return ['| Variable | Meaning | Default |', '|---|---|---|', ...rows].join('\n');
}

/** A variable's name where the product's source names it: at the start of a text, or of a line that takes several. */
const NAMED = /(?:['"`]|^ +)((?:SPIN|OTEL|AWS|AZURE|SSL)_[A-Z0-9_]+|RUNTIME_CONFIG_FILE)/gm;

/** Gives a line for each difference between the table here, the README, and what the product's sources read. */
export function findSettingFaults(readme: string, sources: ReadonlyMap<string, string>): string[] {
  const faults = readme.includes(formatSettings())
    ? []
    : [`README.md: the table of settings is not this one:\n${formatSettings()}`];
  const honoured = settings.filter((setting) => setting.default !== null && /^[A-Z]/.test(setting.name));
  const named = new Set<string>();
  for (const [path, text] of sources) {
    for (const [, name = ''] of text.matchAll(NAMED)) {
      named.add(name);
      if (!honoured.some((setting) => matches(setting.name, name))) {
        faults.push(`${path}: names ${name}, which the table of settings does not say is honoured`);
      }
    }
  }
  const missing = honoured.filter((setting) => ![...named].some((name) => matches(setting.name, name)));
  return [...faults, ...missing.map(({ name }) => `the table of settings has ${name}, which nothing reads`)];
}

/** Whether a name is a setting's, or the part of it before what may be any text. */
function matches(setting: string, name: string): boolean {
  const [prefix = ''] = setting.split(/[<*]/);
  return prefix === setting ? name === setting : `${name}_`.startsWith(prefix);
}
