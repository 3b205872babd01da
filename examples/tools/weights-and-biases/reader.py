"""Read the file of a run: blocks of 32 KiB as LevelDB writes its log, of records in protobuf."""

import json
import struct

from wandb.proto.wandb_internal_pb2 import Record

BLOCK, FULL, LAST = 32768, 1, 4  # bytes of a block; a record that is whole, or the end of one


def records(file):
    """Give the run's records in the order in which they were written."""
    content, at, parts = file.read_bytes(), 7, b""  # 7 bytes: the file's header, with its format
    while at + 7 <= len(content):
        if (left := BLOCK - at % BLOCK) < 7:  # too little for a record's header: padding
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", content, at)  # the first is a checksum
        parts += content[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (FULL, LAST):
            yield Record.FromString(parts)
            parts = b""


def items(entries):
    """Give a list of keys and JSON values as a dict, without W&B's own."""
    pairs = [(entry.key or ".".join(entry.nested_key), entry.value_json) for entry in entries]
    return {key: json.loads(value) for key, value in pairs if not key.startswith("_")}


def read(file):
    """Return the settings of a run, and what was logged, a dict for each step."""
    config, history = {}, []
    for record in records(file):
        if record.WhichOneof("record_type") == "run":
            config |= items(record.run.config.update)
        elif record.WhichOneof("record_type") == "history":
            history.append(items(record.history.item))
    return config, history
