import type { RowColumns } from 'contrail/wire/columns';
import { FIELDS, type Field, type Known, type RowTest } from './fields.ts';

/** The names of what a filter can ask for, which are those of its parameters in the address. */
export type FieldName = keyof typeof FIELDS;

/** Which aircraft are wanted: those that pass every field. An immutable value; fields.ts says what each field means. */
export type Filter = {
  readonly [Name in FieldName]: (typeof FIELDS)[Name] extends Field<infer Value> ? Value : never;
};

/** The parameters of the address that make the filter. */
export const FILTER_PARAMETERS: readonly FieldName[] = Object.keys(FIELDS) as FieldName[];

/** The filter of an address; what means nothing in it is passed over. */
export function parseFilter(parameter: (name: string) => string | null): Filter {
  return Object.fromEntries(
    FILTER_PARAMETERS.map((name) => [name, FIELDS[name].parse(parameter(name) ?? '')]),
  ) as unknown as Filter;
}

/** The parameters of a filter for the address; null for those that are not needed. The reverse of {@link parseFilter}. */
export function formatFilter(filter: Filter): Readonly<Record<FieldName, string | null>> {
  return Object.fromEntries(
    FILTER_PARAMETERS.map((name) => [name, fieldOf(name).format(filter[name]) || null]),
  ) as Record<FieldName, string | null>;
}

/** The filter that every aircraft passes. */
export const EVERYTHING: Filter = parseFilter(() => null);

/** The fields in which something is asked for. */
export function fieldsOf(filter: Filter): readonly FieldName[] {
  return FILTER_PARAMETERS.filter((name) => fieldOf(name).format(filter[name]) !== '');
}

/**
 * The tests that an aircraft in these columns has to pass, all of them; none for {@link EVERYTHING}.
 */
export function testsOf(filter: Filter, columns: RowColumns, known: Known): readonly RowTest[] {
  return fieldsOf(filter).map((name) => fieldOf(name).test(filter[name], columns, known));
}

/** A field and its value are always of one name, which the types cannot say of a union of names. */
function fieldOf(name: FieldName): Field<unknown> {
  return FIELDS[name] as unknown as Field<unknown>;
}
