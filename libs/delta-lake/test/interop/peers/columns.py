"""Arrow columns of rows in their canonical text; the other direction of `canonical.py`.

Beyond the canonical form, `-0.0` is the negative zero, so that it can be written.
"""

import json
import re
from decimal import Decimal

import pyarrow as pa

SCALARS = {
    "boolean": pa.bool_(),
    "byte": pa.int8(),
    "short": pa.int16(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "void": pa.null(),
}

DATE = r"([+-]?\d+)-(\d{2})-(\d{2})"
INSTANT = re.compile(rf"{DATE}T(\d{{2}}):(\d{{2}}):(\d{{2}})\.(\d{{6}})Z?")


def table_of(fields: list[dict], rows: list[str]) -> pa.Table:
    """A table with the columns of a Delta schema's fields."""
    schema = arrow_schema(fields)
    cells = [json.loads(row) for row in rows]
    columns = [array_of(field["type"], [row[i] for row in cells]) for i, field in enumerate(fields)]
    return pa.Table.from_arrays(columns, schema=schema)


def arrow_schema(fields: list[dict]) -> pa.Schema:
    return pa.schema([pa.field(f["name"], arrow_type(f["type"]), f["nullable"]) for f in fields])


def arrow_type(type_: str | dict) -> pa.DataType:
    if isinstance(type_, str):
        if type_.startswith("decimal"):
            precision, scale = map(int, type_[len("decimal(") : -1].split(","))
            return pa.decimal128(precision, scale)
        return SCALARS[type_]
    match type_["type"]:
        case "struct":
            return pa.struct(list(arrow_schema(type_["fields"])))
        case "array":
            return pa.list_(pa.field("element", arrow_type(type_["elementType"]), type_["containsNull"]))
        case _:
            key = pa.field("key", arrow_type(type_["keyType"]), False)
            return pa.map_(key, pa.field("value", arrow_type(type_["valueType"]), type_["valueContainsNull"]))


def array_of(type_: str | dict, cells: list) -> pa.Array:
    if type_ == "date":
        return pa.array([None if c is None else days_of(c) for c in cells], pa.int32()).cast(pa.date32())
    if type_ in ("timestamp", "timestamp_ntz"):
        micros = pa.array([None if c is None else micros_of(c) for c in cells], pa.int64())
        return micros.cast(arrow_type(type_))
    if isinstance(type_, str):
        return pa.array([None if c is None else scalar(type_, c) for c in cells], arrow_type(type_))
    missing = pa.array([c is None for c in cells], pa.bool_())
    match type_["type"]:
        case "struct":
            fields = type_["fields"]
            children = [
                array_of(field["type"], [None if c is None else c[i] for c in cells])
                for i, field in enumerate(fields)
            ]
            return pa.StructArray.from_arrays(children, fields=list(arrow_schema(fields)), mask=missing)
        case "array":
            items = array_of(type_["elementType"], [item for c in cells for item in c or ()])
            return pa.ListArray.from_arrays(offsets_of(cells), items, type=arrow_type(type_), mask=missing)
        case _:
            entries = [entry for c in cells for entry in c or ()]
            keys = array_of(type_["keyType"], [key for key, _ in entries])
            items = array_of(type_["valueType"], [item for _, item in entries])
            return pa.MapArray.from_arrays(offsets_of(cells), keys, items, type=arrow_type(type_), mask=missing)


def offsets_of(cells: list) -> pa.Array:
    offsets = [0]
    for cell in cells:
        offsets.append(offsets[-1] + len(cell or ()))
    return pa.array(offsets, pa.int32())


def scalar(type_: str, cell):
    if type_ in ("float", "double"):
        return float(cell)
    if type_ == "binary":
        return bytes.fromhex(cell)
    return Decimal(cell) if type_.startswith("decimal") else cell


def days_of(text: str) -> int:
    return civil_days(*map(int, re.fullmatch(DATE, text).groups()))


def micros_of(text: str) -> int:
    year, month, day, hour, minute, second, fraction = map(int, INSTANT.fullmatch(text).groups())
    seconds = civil_days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return seconds * 1_000_000 + fraction


def civil_days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01, proleptic Gregorian."""
    y = year - 1 if month <= 2 else year
    era, year_of_era = divmod(y, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468
