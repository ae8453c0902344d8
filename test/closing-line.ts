import { stripVTControlCharacters } from 'node:util';
import type { Reporter } from 'vitest/node';

/** How many of the slowest files are named. */
const SLOWEST = 12;

/**
 * Prints `N passed, N failed, N skipped` alone as the very last line, and before it a line `FAILED` for each failure and a
 * line `AGAIN` for each test that passed at its second try only: of thousands of lines these are the ones that are read.
 * Above them stand the slowest files with their seconds, hooks included.
 * An error outside a test (a module that does not load, a hook of a suite, an unhandled rejection) counts as a failure.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(...[modules, unhandled]: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void {
    let [passed, skipped] = [0, 0];
    const failures = unhandled.map((error) => line('FAILED', 'outside of the tests', [error]));
    const again: string[] = [];
    const seconds: { file: string; seconds: number }[] = [];
    for (const module of modules) {
      const file = module.relativeModuleId;
      seconds.push({ file, seconds: module.diagnostic().duration / 1000 });
      if (module.errors().length > 0) failures.push(line('FAILED', file, module.errors()));
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0)
          failures.push(line('FAILED', `${file} > ${suite.fullName}`, suite.errors()));
      }
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        if (state === 'passed' && errors.length > 0)
          again.push(line('AGAIN', `${file} > ${test.fullName}`, errors));
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failures.push(line('FAILED', `${file} > ${test.fullName}`, errors));
        else skipped += 1;
      }
    }
    process.on('exit', () => {
      const slowest = seconds.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
      const lines = [
        ...slowest.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`),
        '',
        ...again,
        ...failures,
        `${passed} passed, ${failures.length} failed, ${skipped} skipped`,
      ];
      process.stdout.write(`\n${lines.join('\n')}\n`);
    });
  }
}

/** What happened where and why, on one line: of a program that did not start the why is at the end of its log. */
function line(word: string, where: string, errors: readonly { readonly message: string }[]): string {
  const message = stripVTControlCharacters(errors[0]?.message ?? '').replaceAll(/\s*\n\s*/g, ' | ');
  const shown = message.length <= 900 ? message : `${message.slice(0, 400)} ... ${message.slice(-500)}`;
  return `${word.padEnd(7)} ${where}: ${shown}`;
}
