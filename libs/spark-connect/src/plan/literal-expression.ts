import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { parseDate } from '../arrow/instant.ts';
import {
  type DataTypeSchema,
  type Expression,
  type Expression_LiteralSchema,
  ExpressionSchema,
} from '../gen/spark/connect/connect_pb.ts';
import type { Literal } from './literal.ts';

type LiteralType = NonNullable<MessageInitShape<typeof Expression_LiteralSchema>['literalType']>;
type DataType = MessageInitShape<typeof DataTypeSchema>;

const NOTHING: DataType = { kind: { case: 'null', value: {} } };

/** A literal as Spark Connect sends it: what `named_arguments` takes. */
export function literalExpression(one: Literal): Expression {
  return expressionOf(one, NOTHING);
}

/** Spark does not accept a cast in an argument, so a null in an array must have the array's type from the start. */
function expressionOf(one: Literal, typeOfNull: DataType): Expression {
  if (one.type !== 'array')
    return create(ExpressionSchema, {
      exprType: { case: 'literal', value: { literalType: literalType(one, typeOfNull) } },
    });
  const elementType = elementTypeOf(one.elements);
  return create(ExpressionSchema, {
    exprType: {
      case: 'unresolvedFunction',
      value: {
        functionName: 'array',
        arguments: one.elements.map((element) => expressionOf(element, elementType)),
      },
    },
  });
}

const elementTypeOf = (elements: readonly Literal[]): DataType => {
  const first = elements.find(({ type }) => type !== 'null');
  return first === undefined ? NOTHING : dataTypeOf(first);
};

function dataTypeOf(one: Literal): DataType {
  if (one.type === 'array')
    return {
      kind: { case: 'array', value: { elementType: elementTypeOf(one.elements), containsNull: true } },
    };
  if (one.type === 'decimal')
    return { kind: { case: 'decimal', value: { precision: one.precision, scale: one.scale } } };
  return { kind: { case: one.type === 'timestamp_ntz' ? 'timestampNtz' : one.type, value: {} } };
}

function literalType(one: Exclude<Literal, { readonly type: 'array' }>, typeOfNull: DataType): LiteralType {
  switch (one.type) {
    case 'null':
      return { case: 'null', value: typeOfNull };
    case 'decimal':
      return { case: 'decimal', value: { value: one.value, precision: one.precision, scale: one.scale } };
    case 'date':
      return { case: 'date', value: parseDate(one.value) ?? 0 };
    case 'timestamp_ntz':
      return { case: 'timestampNtz', value: one.value };
    case 'boolean':
      return { case: 'boolean', value: one.value };
    case 'byte':
    case 'short':
    case 'integer':
    case 'float':
    case 'double':
      return { case: one.type, value: one.value };
    case 'long':
    case 'timestamp':
      return { case: one.type, value: one.value };
    case 'string':
      return { case: 'string', value: one.value };
    case 'binary':
      return { case: 'binary', value: one.value };
  }
}
