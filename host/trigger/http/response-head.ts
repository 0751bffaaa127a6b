// The head of an HTTP/1.1 response, from values to text (RFC 9112 sections 4 and 5): what the app said, in its order, the date as every
// origin server sends it, and what frames the body.

/** How the wire shows where a response's body ends. */
export type ResponseFraming = 'as told' | 'chunked' | 'none' | number;

/** https://www.iana.org/assignments/http-status-codes */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  226: 'IM Used',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  305: 'Use Proxy',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  418: "I'm a Teapot",
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  506: 'Variant Also Negotiates',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
  510: 'Not Extended',
  511: 'Network Authentication Required',
};

const LENGTH = /^\d{1,15}$/;

let dateSecond = 0;
let dateLine = '';

/**
 * Formats a head with the empty line after it. `headers` is a flat list of valid fields, names in lower case; a Content-Length among them
 * is only shown where `framing` is `as told`. `connection` is an option that the client must be told.
 */
export function formatResponseHead(
  status: number,
  headers: readonly string[],
  framing: ResponseFraming,
  connection: 'close' | 'keep-alive' | undefined,
): string {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`;
  let isDated = false;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name === 'date') isDated = true;
    else if (name === 'content-length' && framing !== 'as told') continue;
    text += `${name}: ${headers[index + 1]}\r\n`;
  }
  if (!isDated) text += currentDateLine();
  if (typeof framing === 'number') text += `content-length: ${framing}\r\n`;
  else if (framing === 'chunked') text += 'transfer-encoding: chunked\r\n';
  if (connection !== undefined) text += `connection: ${connection}\r\n`;
  return `${text}\r\n`;
}

/** Returns the one length that the headers tell; nothing when they tell none, several, or what is no number. */
export function toldLengthOf(headers: readonly string[]): number | undefined {
  let told: string | undefined;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index] !== 'content-length') continue;
    const value = headers[index + 1] as string;
    if (told !== undefined || !LENGTH.test(value)) return undefined;
    told = value;
  }
  return told === undefined ? undefined : Number(told);
}

/** Whether a response with this status may have a body, or a length for it. */
export function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function currentDateLine(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `date: ${new Date(now).toUTCString()}\r\n`;
  }
  return dateLine;
}
