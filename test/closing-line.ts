import type { Reporter } from 'vitest/node';

/**
 * Prints `N passed, N failed, N skipped` alone as the very last line, and before it a line `FAILED` for each failure: of
 * thousands of lines these are the ones that are read. An error outside a test (a module that does not load, a hook of a
 * suite, an unhandled rejection) counts as a failure.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(...[modules, unhandled]: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void {
    let [passed, skipped] = [0, 0];
    const failures = unhandled.map((error) => failure('outside of the tests', [error]));
    for (const module of modules) {
      const file = module.relativeModuleId;
      if (module.errors().length > 0) failures.push(failure(file, module.errors()));
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failures.push(failure(`${file} > ${suite.fullName}`, suite.errors()));
      }
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failures.push(failure(`${file} > ${test.fullName}`, errors));
        else skipped += 1;
      }
    }
    process.on('exit', () => {
      const lines = [...failures, `${passed} passed, ${failures.length} failed, ${skipped} skipped`];
      process.stdout.write(`\n${lines.join('\n')}\n`);
    });
  }
}

/** Where and why, on one line. */
function failure(where: string, errors: readonly { readonly message: string }[]): string {
  const [first = ''] = (errors[0]?.message ?? '').split('\n');
  return `FAILED  ${where}: ${first.slice(0, 300)}`;
}
