import { ContrailError } from '../errors.ts';

/** A parameter that is a whole number in these bounds. @throws ContrailError invalid `invalid-parameter` */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const message = `${name}=${text.slice(0, 20)} is not a whole number from ${min} to ${max}.`;
  throw new ContrailError('invalid-parameter', message);
}
