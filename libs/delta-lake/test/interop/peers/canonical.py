"""Canonical rows of Arrow columns: equal rows have equal texts, whatever program read them.

A row is a JSON array of its cells in schema order, without spaces; `src/schema/canonical.ts` says the same of our own
rows and is what the tests compare with. Types are those of Delta's schema JSON.
"""

import hashlib
import json
import math
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

MICROS_PER_DAY = 86_400_000_000


def digest(rows: list[str]) -> str:
    """sha256 of the sorted sha256 of the rows: the same for any order of the rows."""
    hashes = sorted(hashlib.sha256(row.encode()).hexdigest() for row in rows)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def rows_of(schema: dict, table: pa.Table) -> list[str]:
    """The canonical text of each row of a table whose columns are those of the Delta schema."""
    columns = [column_cells(field["type"], table.column(field["name"])) for field in schema["fields"]]
    return [f"[{','.join(cells)}]" for cells in zip(*columns, strict=True)]


def plain_schema(fields: list[dict]) -> list[dict]:
    """The fields of a Delta schema without their metadata."""
    return [{"name": f["name"], "type": plain_type(f["type"]), "nullable": f["nullable"]} for f in fields]


def plain_type(type_: str | dict) -> str | dict:
    if isinstance(type_, str):
        return type_
    match type_["type"]:
        case "struct":
            return {"type": "struct", "fields": plain_schema(type_["fields"])}
        case "array":
            return {
                "type": "array",
                "elementType": plain_type(type_["elementType"]),
                "containsNull": type_["containsNull"],
            }
        case _:
            return {
                "type": "map",
                "keyType": plain_type(type_["keyType"]),
                "valueType": plain_type(type_["valueType"]),
                "valueContainsNull": type_["valueContainsNull"],
            }


def column_cells(type_: str | dict, column: pa.ChunkedArray) -> list[str]:
    return [text for chunk in column.chunks for text in array_cells(type_, chunk)]


def array_cells(type_: str | dict, array: pa.Array) -> list[str]:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if type_ == "void" or pa.types.is_null(array.type):
        return ["null"] * len(array)
    if isinstance(type_, str):
        write, values = scalar_cells(type_, array)
        return ["null" if value is None else write(value) for value in values]
    # Offsets and child arrays of a slice are those of the whole; a copy has none but its own.
    array = pa.concat_arrays([array])
    valid = array.is_valid().to_pylist()
    match type_["type"]:
        case "struct":
            names = [field.name for field in array.type]
            fields = [
                array_cells(field["type"], array.field(names.index(field["name"])))
                if field["name"] in names
                else ["null"] * len(array)
                for field in type_["fields"]
            ]
            rows = zip(*fields, strict=True)
            return [f"[{','.join(row)}]" if is_valid else "null" for row, is_valid in zip(rows, valid, strict=True)]
        case "array":
            offsets = array.offsets.to_pylist()
            items = array_cells(type_["elementType"], array.values)
            return [
                f"[{','.join(items[start:end])}]" if is_valid else "null"
                for start, end, is_valid in zip(offsets, offsets[1:], valid, strict=False)
            ]
        case _:
            offsets = array.offsets.to_pylist()
            keys = array_cells(type_["keyType"], array.keys)
            items = array_cells(type_["valueType"], array.items)
            entries = list(zip(keys, items, strict=True))
            return [
                map_cell(entries[start:end]) if is_valid else "null"
                for start, end, is_valid in zip(offsets, offsets[1:], valid, strict=False)
            ]


def map_cell(entries: list[tuple[str, str]]) -> str:
    ordered = sorted(entries, key=lambda entry: entry[0].encode())
    return f"[{','.join(f'[{key},{item}]' for key, item in ordered)}]"


def scalar_cells(type_: str, array: pa.Array):
    """How to write the values of a primitive column, and the values."""
    match type_:
        case "boolean":
            return (lambda value: "true" if value else "false"), array.to_pylist()
        case "byte" | "short" | "integer" | "long":
            return str, array.to_pylist()
        case "float" | "double":
            return number_cell, array.cast(pa.float64()).to_pylist()
        case "string":
            return text_cell, array.cast(pa.string()).to_pylist()
        case "binary":
            return (lambda value: f'"{value.hex()}"'), array.cast(pa.binary()).to_pylist()
        case "date":
            return (lambda days: f'"{date_text(days)}"'), array.cast(pa.date32()).cast(pa.int32()).to_pylist()
        case "timestamp":
            return (lambda micros: f'"{instant_text(micros)}Z"'), micros_of(array)
        case "timestamp_ntz":
            return (lambda micros: f'"{instant_text(micros)}"'), micros_of(array)
        case _ if type_.startswith("decimal"):
            scale = int(type_.rstrip(")").split(",")[1])
            return (lambda value: f'"{decimal_text(value, scale)}"'), array.to_pylist()
    raise ValueError(f"no canonical form for the type {type_}")


def micros_of(array: pa.Array) -> list[int | None]:
    if array.type.unit != "us":
        array = pc.cast(array, pa.timestamp("us", tz=array.type.tz), safe=False)
    return array.cast(pa.int64()).to_pylist()


def text_cell(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def number_cell(value: float) -> str:
    """The double as ECMAScript prints it (Number::toString); -0 as 0."""
    if math.isnan(value):
        return '"NaN"'
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    if value == 0:
        return "0"
    # repr has the fewest digits that give the double back, as ECMAScript's do; only their layout differs.
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    point = len(text) + exponent
    minus = "-" if sign else ""
    if len(stripped) <= point <= 21:
        return f"{minus}{stripped}{'0' * (point - len(stripped))}"
    if 0 < point <= 21:
        return f"{minus}{stripped[:point]}.{stripped[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{stripped}"
    mantissa = stripped[0] + (f".{stripped[1:]}" if len(stripped) > 1 else "")
    return f"{minus}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def decimal_text(value: Decimal, scale: int) -> str:
    sign, digits, exponent = value.as_tuple()
    unscaled = int("".join(map(str, digits)) or "0") * 10 ** (exponent + scale)
    text = str(unscaled).rjust(scale + 1, "0")
    whole = f"{text[: len(text) - scale]}.{text[len(text) - scale :]}" if scale > 0 else text
    return f"-{whole}" if sign and unscaled != 0 else whole


def date_text(days: int) -> str:
    """`YYYY-MM-DD`, proleptic Gregorian; outside the years 0000 to 9999 a sign and six digits."""
    shifted = days + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    year_text = f"{year:04d}" if 0 <= year <= 9999 else f"{'-' if year < 0 else '+'}{abs(year):06d}"
    return f"{year_text}-{month:02d}-{day:02d}"


def instant_text(micros: int) -> str:
    days, of_day = divmod(micros, MICROS_PER_DAY)
    seconds, fraction = divmod(of_day, 1_000_000)
    return f"{date_text(days)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:06d}"
