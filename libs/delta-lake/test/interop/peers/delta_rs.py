"""delta-rs as a peer: the `deltalake` package."""

import json

import pyarrow as pa
from canonical import digest, plain_schema, rows_of
from columns import table_of
from deltalake import DeltaTable, Schema, rust_core_version, write_deltalake
from serve import serve


def fields_of(table: DeltaTable) -> list[dict]:
    return json.loads(table.schema().to_json())["fields"]


def read(path: str, version: int | None = None, predicate: str | None = None) -> tuple[DeltaTable, list[str]]:
    table = DeltaTable(path, version=version)
    arrow = pa.table(table.scan(predicate=predicate))
    return table, rows_of({"fields": fields_of(table)}, arrow)


def digest_at(path: str, version: int | None) -> dict:
    table, rows = read(path, version)
    return {
        "version": table.version(),
        "schema": plain_schema(fields_of(table)),
        "numRecords": len(rows),
        "digest": digest(rows),
    }


def digests(path: str, versions: list[int]) -> list[dict]:
    return [digest_at(path, version) for version in versions]


def rows(path: str, version: int | None = None, predicate: str | None = None) -> list[str]:
    return read(path, version, predicate)[1]


def select(path: str, predicates: list[str]) -> list[dict]:
    """For each predicate how many rows satisfy it, and how many files may hold them by what the log says of them."""
    table = DeltaTable(path)
    return [
        {
            "rows": pa.table(table.scan(predicate=predicate)).num_rows,
            "files": len(table.file_uris(file_pruning_predicate=predicate)),
        }
        for predicate in predicates
    ]


def create(path: str, fields: list[dict], partition_by: list[str], properties: dict[str, str]) -> None:
    schema = {"type": "struct", "fields": [{**field, "metadata": {}} for field in fields]}
    DeltaTable.create(path, Schema.from_json(json.dumps(schema)), partition_by=partition_by, configuration=properties)


def append(path: str, fields: list[dict], rows: list[str], evolve: bool = False) -> None:
    write_deltalake(path, table_of(fields, rows), mode="append", schema_mode="merge" if evolve else None)


def overwrite(path: str, fields: list[dict], rows: list[str], predicate: str | None = None) -> None:
    write_deltalake(path, table_of(fields, rows), mode="overwrite", predicate=predicate)


def delete(path: str, predicate: str) -> None:
    DeltaTable(path).delete(predicate)


def update(path: str, assignments: dict[str, str], predicate: str) -> None:
    DeltaTable(path).update(updates=assignments, predicate=predicate)


def merge(path: str, fields: list[dict], rows: list[str], key: list[str]) -> None:
    condition = " and ".join(f"t.{column} = s.{column}" for column in key)
    merger = DeltaTable(path).merge(table_of(fields, rows), condition, source_alias="s", target_alias="t")
    merger.when_matched_update_all().when_not_matched_insert_all().execute()


def optimize(path: str, z_order: list[str] | None = None) -> None:
    table = DeltaTable(path)
    if z_order:
        table.optimize.z_order(z_order)
    else:
        table.optimize.compact()


def vacuum(path: str, retention_hours: int) -> list[str]:
    return DeltaTable(path).vacuum(retention_hours, dry_run=False, enforce_retention_duration=False)


def checkpoint(path: str) -> None:
    DeltaTable(path).create_checkpoint()


def set_properties(path: str, properties: dict[str, str]) -> None:
    DeltaTable(path).alter.set_table_properties(properties)


def restore(path: str, version: int) -> None:
    DeltaTable(path).restore(version)


def changes(path: str, first: int, last: int) -> list[str]:
    """The change data of the versions: the table's columns, the kind of change and the version."""
    table = DeltaTable(path)
    arrow = pa.table(table.load_cdf(first, last))
    return rows_of({"fields": [*fields_of(table), *CHANGE_FIELDS]}, arrow)


CHANGE_FIELDS = [{"name": "_change_type", "type": "string"}, {"name": "_commit_version", "type": "long"}]


def history(path: str) -> list[dict]:
    entries = DeltaTable(path).history()
    return [{"version": entry["version"], "operation": entry.get("operation")} for entry in entries]


def transaction_version(path: str, application: str) -> int | None:
    return DeltaTable(path).transaction_version(application)


serve(
    {
        "digests": digests,
        "rows": rows,
        "select": select,
        "create": create,
        "append": append,
        "overwrite": overwrite,
        "delete": delete,
        "update": update,
        "merge": merge,
        "optimize": optimize,
        "vacuum": vacuum,
        "checkpoint": checkpoint,
        "setProperties": set_properties,
        "restore": restore,
        "changes": changes,
        "history": history,
        "transactionVersion": transaction_version,
    },
    {"name": "delta-rs", "version": rust_core_version()},
)
