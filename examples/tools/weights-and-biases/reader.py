"""Read the file of a run:
blocks of 32 KiB as LevelDB writes its log, of records in protobuf."""

import json
import struct

from wandb.proto.wandb_internal_pb2 import Record

# Bytes of a block; the kinds of a record that is whole, and of the end of one.
BLOCK, FULL, LAST = 32768, 1, 4


def records(file):
    """Give the run's records in the order in which they were written."""
    # 7 bytes: the file's header, with its format.
    content, at, parts = file.read_bytes(), 7, b""
    while at + 7 <= len(content):
        # Padding: it is too little for a record's header.
        if (left := BLOCK - at % BLOCK) < 7:
            at += left
            continue
        # The first part of the header is a checksum.
        _, length, kind = struct.unpack_from("<IHB", content, at)
        parts += content[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (FULL, LAST):
            yield Record.FromString(parts)
            parts = b""


def items(entries):
    """Give a list of keys and JSON values as a dict, without W&B's own."""
    pairs = [
        (entry.key or ".".join(entry.nested_key), entry.value_json) for entry in entries
    ]
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
