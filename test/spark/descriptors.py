"""Prints the descriptors of Spark Connect's messages in a source package of pyspark-client, as JSON: name -> Base64.

The modules that protoc made hold them as a literal, so nothing of the package has to run or be installed.
"""

import ast
import base64
import json
import sys
import tarfile


def descriptor(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
            return base64.b64encode(node.args[0].value).decode()
    raise ValueError("no descriptor in it")


with tarfile.open(sys.argv[1]) as package:
    modules = [m for m in package.getmembers() if "/sql/connect/proto/" in m.name and m.name.endswith("_pb2.py")]
    json.dump({m.name: descriptor(package.extractfile(m).read()) for m in modules}, sys.stdout)
