"""Composes with Hydra what the tests compose with timberline.

Reads [{"conf": absolute folder, "overrides": [...]}, ...] as JSON from stdin; writes a list of {"values": ...} or
{"error": ...}. Values that JSON has not (inf, nan) are written as Python has them.
"""

import json
import sys

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf


def answer(case):
    try:
        if "conf" not in case:
            (override,) = OverridesParser.create().parse_overrides(case["overrides"])
            if override.is_sweep_override():
                raise ValueError("a sweep")
            return {"values": {"key": override.key_or_group, "value": override.value()}}
        with initialize_config_dir(case["conf"], version_base=None):
            config = compose("config", overrides=case["overrides"])
        OmegaConf.resolve(config)
        return {"values": OmegaConf.to_container(config)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
