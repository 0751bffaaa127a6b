// The grammars of names in a manifest: component ids, variable names, store labels, packages.

// A word of a kebab or snake name starts with a letter and keeps to one case.
const WORD = '(?:[a-z][a-z0-9]*|[A-Z][A-Z0-9]*)';
const KEBAB = new RegExp(`^${WORD}(?:-${WORD})*$`);
const SNAKE = new RegExp(`^${WORD}(?:_${WORD})*$`);
const LOWER_SNAKE = /^[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*$/;

/** Whether a text can be a component's id: words joined by `-`. */
export function isKebabName(text: string): boolean {
  return KEBAB.test(text);
}

/** Whether a text can be a variable's name: lower-case words joined by `_`. */
export function isLowerSnakeName(text: string): boolean {
  return LOWER_SNAKE.test(text);
}

/** Whether a text can label a key-value store or a database: kebab or snake case. */
export function isStoreLabel(text: string): boolean {
  return KEBAB.test(text) || SNAKE.test(text);
}

/** Whether a text can name a package of a registry: `namespace:package`. */
export function isPackageName(text: string): boolean {
  const [namespace = '', name = '', ...rest] = text.split(':');
  return KEBAB.test(namespace) && KEBAB.test(name) && rest.length === 0;
}

/** Makes the nearest kebab name of a text, for a suggestion; the empty string when there is none. */
export function suggestKebabName(text: string): string {
  const words = text.toLowerCase().split(/[^a-z0-9]+/);
  const name = words.filter((word) => word !== '').join('-');
  return isKebabName(name) ? name : '';
}

/** Makes the nearest lower snake name of a text, for a suggestion; the empty string when there is none. */
export function suggestLowerSnakeName(text: string): string {
  const name = suggestKebabName(text).replaceAll('-', '_');
  return isLowerSnakeName(name) ? name : '';
}
