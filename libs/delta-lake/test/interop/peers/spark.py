"""Delta Spark as a peer: PySpark in local mode with the jars of the folders that are its arguments."""

import json
import os
import sys
from pathlib import Path

from canonical import digest, plain_schema, rows_of
from columns import table_of
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import ArrayType, DataType, MapType, StructField, StructType
from serve import serve

os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
os.environ["TZ"] = "UTC"

SETTINGS = {
    "spark.jars": ",".join(str(jar) for folder in sys.argv[1:] for jar in sorted(Path(folder).glob("*.jar"))),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Tables of the tests are small: one task each, and nothing compiled that runs once (45 s become 32 s).
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    # A backslash in a string is a backslash.
    "spark.sql.parser.escapedStringLiterals": "true",
    # Vacuum may be told to keep nothing.
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
}

if "AWS_ENDPOINT_URL" in os.environ:
    # The keys come from the environment by themselves. Source: Hadoop, "S3A: Connecting to an Amazon S3 Bucket".
    SETTINGS |= {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": os.environ["AWS_ENDPOINT_URL"],
        "spark.hadoop.fs.s3a.endpoint.region": os.environ["AWS_REGION"],
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }

builder = SparkSession.builder.master("local[2]").appName("delta-lake interop")
for key, value in SETTINGS.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()


def name_of(path: str) -> str:
    return f"delta.{quoted(path)}"


def quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def frame(path: str, version: int | None = None, **options: str) -> DataFrame:
    reader = spark.read.format("delta").options(**options)
    return (reader if version is None else reader.option("versionAsOf", version)).load(path)


def fields_of(data: DataFrame) -> list[dict]:
    return json.loads(data.schema.json())["fields"]


def canonical(data: DataFrame) -> list[str]:
    # PySpark cannot hand over a null struct that has a NOT NULL field: what is asked for may be null everywhere.
    columns = [
        data[quoted(field.name)].cast(nullable(field.dataType)).alias(field.name)
        for field in data.schema
    ]
    return rows_of({"fields": fields_of(data)}, data.select(columns).toArrow())


def nullable(type_: DataType) -> DataType:
    if isinstance(type_, StructType):
        return StructType([StructField(field.name, nullable(field.dataType)) for field in type_])
    if isinstance(type_, ArrayType):
        return ArrayType(nullable(type_.elementType))
    if isinstance(type_, MapType):
        return MapType(nullable(type_.keyType), nullable(type_.valueType))
    return type_


def digest_at(path: str, version: int) -> dict:
    data = frame(path, version)
    rows = canonical(data)
    schema = plain_schema(fields_of(data))
    return {"version": version, "schema": schema, "numRecords": len(rows), "digest": digest(rows)}


def digests(path: str, versions: list[int]) -> list[dict]:
    return [digest_at(path, version) for version in versions]


def rows(path: str, version: int | None = None, predicate: str | None = None) -> list[str]:
    data = frame(path, version)
    return canonical(data if predicate is None else data.where(predicate))


def select(path: str, predicates: list[str]) -> list[dict]:
    """For each predicate how many rows satisfy it, and how many files Spark reads for them."""
    found = [frame(path).where(predicate) for predicate in predicates]
    return [{"rows": data.count(), "files": len(data.inputFiles())} for data in found]


def frame_of(fields: list[dict], rows: list[str]) -> DataFrame:
    schema = StructType.fromJson({"type": "struct", "fields": [{**field, "metadata": {}} for field in fields]})
    return spark.createDataFrame(table_of(fields, rows), schema)


def create(path: str, fields: list[dict], partition_by: list[str], properties: dict[str, str]) -> None:
    schema = spark._jvm.org.apache.spark.sql.types.DataType.fromJson(
        json.dumps({"type": "struct", "fields": [{**field, "metadata": {}} for field in fields]})
    )
    partitions = f"partitioned by ({', '.join(map(quoted, partition_by))})" if partition_by else ""
    options = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
    tail = f"tblproperties ({options})" if options else ""
    spark.sql(f"create table {name_of(path)} ({schema.toDDL()}) using delta {partitions} {tail}")


def append(path: str, fields: list[dict], rows: list[str], evolve: bool = False) -> None:
    writer = frame_of(fields, rows).write.format("delta").mode("append")
    writer.option("mergeSchema", str(evolve).lower()).save(path)


def overwrite(path: str, fields: list[dict], rows: list[str], predicate: str | None = None) -> None:
    writer = frame_of(fields, rows).write.format("delta").mode("overwrite")
    (writer if predicate is None else writer.option("replaceWhere", predicate)).save(path)


def delete(path: str, predicate: str) -> None:
    spark.sql(f"delete from {name_of(path)} where {predicate}")


def update(path: str, assignments: dict[str, str], predicate: str) -> None:
    pairs = ", ".join(f"{column} = {value}" for column, value in assignments.items())
    spark.sql(f"update {name_of(path)} set {pairs} where {predicate}")


def merge(path: str, fields: list[dict], rows: list[str], key: list[str]) -> None:
    frame_of(fields, rows).createOrReplaceTempView("source")
    condition = " and ".join(f"t.{column} = s.{column}" for column in key)
    spark.sql(
        f"merge into {name_of(path)} t using source s on {condition} "
        "when matched then update set * when not matched then insert *"
    )


def optimize(path: str, z_order: list[str] | None = None) -> None:
    spark.sql(f"optimize {name_of(path)}" + (f" zorder by ({', '.join(z_order)})" if z_order else ""))


def vacuum(path: str, retention_hours: int) -> None:
    spark.sql(f"vacuum {name_of(path)} retain {retention_hours} hours")


def checkpoint(path: str) -> None:
    log = spark._jvm.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
    log.checkpoint()


def set_properties(path: str, properties: dict[str, str]) -> None:
    pairs = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
    spark.sql(f"alter table {name_of(path)} set tblproperties ({pairs})")


def restore(path: str, version: int) -> None:
    spark.sql(f"restore table {name_of(path)} to version as of {version}")


def changes(path: str, first: int, last: int) -> list[str]:
    """The change data of the versions: the table's columns, the kind of change and the version."""
    options = {"readChangeFeed": "true", "startingVersion": str(first), "endingVersion": str(last)}
    return canonical(frame(path, **options).drop("_commit_timestamp"))


def history(path: str) -> list[dict]:
    found = spark.sql(f"describe history {name_of(path)}").select("version", "operation").collect()
    return [entry.asDict() for entry in found]


def transaction_version(path: str, application: str) -> int | None:
    log = spark._jvm.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
    found = log.unsafeVolatileSnapshot().transactions().get(application)
    return found.get() if found.isDefined() else None


def sql(path: str, statement: str) -> None:
    """Runs a statement that speaks of the table as `{table}`."""
    spark.sql(statement.replace("{table}", name_of(path))).collect()


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
        "sql": sql,
    },
    {"name": "Spark", "version": spark.version},
)
