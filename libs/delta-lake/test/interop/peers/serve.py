"""Answers requests on standard input, one JSON object a line, in their order.

`{"id", "call", ...arguments}` is answered by `{"id", "result"}` or `{"id", "error": {"type", "message"}}`.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping

# What libraries print, and processes that they start, must not mix with the answers: from here on it goes to stderr.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def answer(message: dict) -> None:
    answers.write(json.dumps(message, ensure_ascii=False) + "\n")
    answers.flush()


def serve(calls: Mapping[str, Callable], hello: dict) -> None:
    answer({"id": 0, "result": hello})
    for line in sys.stdin:
        request = json.loads(line)
        id_, call = request.pop("id"), request.pop("call")
        try:
            answer({"id": id_, "result": calls[call](**request)})
        except BaseException as error:  # a panic of a native library is no Exception
            answer({"id": id_, "error": {"type": type(error).__name__, "message": str(error)}})
