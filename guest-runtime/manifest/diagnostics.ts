// Collects what is wrong with a manifest, so that one run names everything and not only the first thing.

import type { Diagnostic, Severity } from '../../host/gen/runtime.ts';

/** Where a value stands in its file. Both count from 1. */
export type Position = { readonly line: number; readonly column: number };

/** What a diagnostic is about: a field's dotted path and where its value stands. */
export type Place = { readonly field: string; readonly at: Position };

/** A value together with its place, so that a later step can still say where it came from. */
export type Located<T> = Place & { readonly value: T };

/** The diagnostics of one file, in the order of their lines when they are listed. */
export class Diagnostics {
  readonly #file: string;
  readonly #list: Diagnostic[] = [];

  /** `file` is the name that diagnostics carry. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Notes an error. `place` is null where the whole file is meant. */
  error(place: Place | null, message: string, fix?: string): void {
    this.#add('error', place, message, fix);
  }

  /** Notes something that works but should be changed. */
  warning(place: Place | null, message: string, fix?: string): void {
    this.#add('warning', place, message, fix);
  }

  /** Whether an error was noted: there is no plan then. */
  get hasErrors(): boolean {
    return this.#list.some(({ severity }) => severity === 'error');
  }

  /** All diagnostics of a severity, by line and column; those of the whole file first. */
  list(severity: Severity): Diagnostic[] {
    return this.#list
      .filter((diagnostic) => diagnostic.severity === severity)
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  #add(severity: Severity, place: Place | null, message: string, fix: string | undefined): void {
    this.#list.push({
      severity,
      file: this.#file,
      line: place?.at.line,
      column: place?.at.column,
      field: place?.field,
      message,
      fix,
    });
  }
}
