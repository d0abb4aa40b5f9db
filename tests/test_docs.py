from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from keyhole.config import Config, OpenAPI, Rule, RunLimits, SandboxSettings

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_documented_configuration_is_one(tmp_path: Path) -> None:
    (tmp_path / "keyhole.toml").write_text(blocks(CONFIGURATION, "toml")[0])
    config = Config.load(tmp_path / "keyhole.toml")
    assert [api.name for api in config.apis] == ["github", "shop"]
    shown = tomllib.loads(blocks(CONFIGURATION, "toml")[0])
    default = RunLimits()
    assert RunLimits(**shown["limits"]) == default, "the file shows the defaults"


@pytest.mark.parametrize(
    "setting",
    [
        *sorted(set(Config.model_fields) - {"apis", "limits"}),
        *RunLimits.model_fields,
        *SandboxSettings.model_fields,
        *Rule.model_fields,
        *OpenAPI.__dataclass_fields__,
    ],
)
def test_every_setting_is_documented(setting: str) -> None:
    if setting == "name":
        return  # the table's name
    assert re.search(rf"\b{setting}\b", CONFIGURATION), f"docs/configuration.md does not say what `{setting}` is"
