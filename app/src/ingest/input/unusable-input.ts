/** Thrown for input that is not what it should be; `reason` completes a sentence: "it is larger than 64 MiB". */
export class UnusableInputError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'UnusableInputError';
    this.reason = reason;
  }
}
