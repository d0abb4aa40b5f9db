from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from keyhole.config import Config, OpenAPI, openapi
from keyhole.errors import CredentialError, UsageError
from keyhole.secrets import Secrets

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str) -> Path:
    path = folder / "keyhole.toml"
    path.write_text(text)
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    config = Config.load(
        write(
            tmp_path,
            """
allow = "write"
max_tokens = 900
[limits]
wall_s = 30
[apis.shop]
document = "shop.json"
base_url = "http://127.0.0.1:1/api"
bearer = "{env:SHOP_TOKEN}"
allow = "read"
[[apis.shop.rules]]
operation = "orders_*"
decision = "deny"
[apis.hub]
document = "https://example.com/openapi.json"
""",
        )
    )
    shop, hub = config.apis
    assert (config.allow, config.max_tokens, config.limits.wall_s) == ("write", 900, 30)
    assert (shop.name, shop.document, shop.allow) == ("shop", str(tmp_path / "shop.json"), "read")
    assert shop.rules[0].operation == "orders_*"
    assert hub.document == "https://example.com/openapi.json"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alow = 'read'", "`alow` is not a setting; did you mean `allow`?"),
        ("allow = 'everything'", "`allow` Input should be 'read', 'write' or 'all'"),
        ("[limits]\nwall_s = 'soon'", "`limits.wall_s`"),
        ("[apis.a]\n", "[apis.a] needs `document`"),
        ("apis = 3", "one table an API"),
        ("[apis.a]\ndocument = 'd'\nbearer = 'sk-123'", "literal credential in `bearer`"),
        (
            "[apis.a]\ndocument = 'd'\nheaders = {Authorization = 'sk-123'}",
            "literal credential in `headers.Authorization`",
        ),
        ("[apis.a]\ndocument = 'd'\nbase_ulr = 'x'", "did you mean `base_url`?"),
        ("= 3", "is not TOML"),
    ],
)
def test_a_wrong_file_is_told_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Config.load(write(tmp_path, text))
    assert said in str(caught.value)
    assert "sk-123" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the configuration"):
        Config.load(tmp_path / "none.toml")


def test_secrets_stay_out_of_repr() -> None:
    api = OpenAPI(
        "d.json", bearer="sk-123", headers={"X-Key": "sk-456"}, query={"k": "sk-789"}, doc_headers={"A": "sk-0"}
    )
    assert "sk-" not in repr(api)
    assert "sk-" not in repr(Config(apis=(api,)))
    with pytest.raises(UsageError) as caught:
        openapi(document="d.json", bearer=["sk-123"])
    assert "sk-123" not in str(caught.value)


async def test_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KH_TOKEN", "from-env")
    (tmp_path / "secret").write_text("from-file\n")
    command = f"{sys.executable} -c 'print(\"from-cmd\")'"
    api = OpenAPI(
        "d.json",
        bearer="{env:KH_TOKEN}",
        headers={"X-Key": f"{{file:{tmp_path}/secret}}", "Accept-Language": "en", "X-Api-Token": "literal-token"},
        query={"api_key": f"{{cmd:{command}}}"},
    )
    credentials = await Secrets().credentials(api)
    assert credentials.headers == {
        "X-Key": "from-file",
        "Accept-Language": "en",
        "X-Api-Token": "literal-token",
        "Authorization": "Bearer from-env",
    }
    assert credentials.query == {"api_key": "from-cmd"}
    assert set(credentials.secrets) == {"from-env", "from-file", "from-cmd", "literal-token"}
    assert "from-" not in repr(credentials)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{env:KH_NOT_SET}", "environment variable KH_NOT_SET is not set"),
        ("{file:/nonexistent/secret}", "cannot be read"),
        ("{cmd:/nonexistent/program --flag}", "cannot be run"),
        ("{cmd:false}", "failed with exit code 1"),
        ("{cmd:true}", "printed nothing"),
        ("{cmd:printf 'a\\nb'}", "line break"),
    ],
)
async def test_a_reference_that_gives_nothing(reference: str, said: str) -> None:
    with pytest.raises(CredentialError) as caught:
        await Secrets().credentials(OpenAPI("d.json", bearer=reference))
    assert said in str(caught.value)


def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEYHOLE_CACHE_DIR", str(tmp_path))
    assert Config().cache() == tmp_path
    assert Config(cache_dir=tmp_path / "own").cache() == tmp_path / "own"
    monkeypatch.delenv("KEYHOLE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert Config().cache() == tmp_path / "xdg" / "keyhole"


def test_overlays_are_files_beside_the_configuration_or_urls(tmp_path):
    path = tmp_path / "keyhole.toml"
    path.write_text('[apis.a]\ndocument = "a.json"\noverlays = ["fix.yaml", "https://x.test/o.yaml"]\n')
    assert Config.load(path).apis[0].overlays == (str(tmp_path / "fix.yaml"), "https://x.test/o.yaml")
    path.write_text('[apis.a]\ndocument = "a.json"\noverlays = "fix.yaml"\n')
    with pytest.raises(UsageError, match=r"`apis.a.overlays` Input should be a valid list"):
        Config.load(path)
