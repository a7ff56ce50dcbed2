"""What stands in Dockerfile and deploy/ fits the tree and itself: no container engine is needed to see that."""

from __future__ import annotations

import importlib
import re
import shlex
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
DOCUMENTS: dict[str, list[dict[str, Any]]] = {
    path.name: list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) for path in MANIFESTS
}
PORT, USER = 8000, 999


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [
        line.removeprefix(f"{name} ").strip() for line in joined.splitlines() if line.startswith(f"{name} ")
    ]


def workloads() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name, documents in DOCUMENTS.items():
        for one in documents:
            if one["kind"] in ("Deployment", "Job"):
                pod = one["spec"]["template"]["spec"]
                yield name, pod, pod["containers"][0]


def commands() -> Iterator[list[str]]:
    yield from (yaml.safe_load(line) for line in instructions("CMD"))
    own = [one for one in COMPOSE["services"].values() if "image" not in one]
    yield from (one["command"] for one in own if "command" in one)
    yield from (container["command"] for *_, container in workloads() if "command" in container)


def test_what_the_image_copies_is_there_and_not_left_out_of_its_context() -> None:
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
    for line in instructions("COPY"):
        source = line.split()[0]
        if not source.startswith("--from"):
            assert (ROOT / source).exists(), source
            assert source.split("/")[0] not in ignored, source


def test_the_image_has_what_the_settings_name_and_nothing_of_the_demo() -> None:
    assert "RUN rm -rf sfm/simulators sfm/demo" in DOCKERFILE
    settings = re.search(r"DJANGO_SETTINGS_MODULE=([\w.]+)", DOCKERFILE)
    assert settings is not None
    assert find_spec(settings[1]) is not None
    assert "sfm.demo" not in (ROOT / "sfm/settings/production.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", list(commands()), ids=shlex.join)
def test_every_command_exists(command: list[str]) -> None:
    program, *rest = command
    assert program in ("granian", "celery", "python"), program
    if program == "python":
        assert rest[0] == "manage.py"
        assert rest[1] in get_commands()
        return
    assert find_spec(program) is not None
    application = dict(pairwise(rest)).get("--app") or rest[-1]
    module, _, name = application.partition(":")
    assert find_spec(module) is not None
    if program == "celery":
        assert hasattr(importlib.import_module(module), "app")
        assert rest[2] in ("worker", "beat")
    else:
        assert name == "application"


def test_ports_and_users_agree() -> None:
    assert instructions("EXPOSE") == [str(PORT)]
    assert f"--uid {USER} " in DOCKERFILE
    assert instructions("USER") == ["sfm"]
    assert COMPOSE["services"]["web"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    for name, pod, container in workloads():
        assert pod["securityContext"] == {"runAsNonRoot": True, "runAsUser": USER}, name
        assert [port["containerPort"] for port in container.get("ports", [])] in ([], [PORT])
    (service,) = (one for one in DOCUMENTS["web.yaml"] if one["kind"] == "Service")
    assert service["spec"]["ports"][0]["targetPort"] == PORT


def test_every_part_of_the_product_runs_and_the_beat_alone() -> None:
    parts = {"migrate", "provision", "web", "worker", "beat"}
    assert parts | {"postgres", "redis"} == set(COMPOSE["services"])
    resources = DOCUMENTS["kustomization.yaml"][0]["resources"]
    assert {f"{part}.yaml" for part in parts} == set(resources) == set(DOCUMENTS) - {"kustomization.yaml"}
    (beat,) = DOCUMENTS["beat.yaml"]
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_what_compose_names_it_defines() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"]), (
            name
        )
    assert services["migrate"]["env_file"] == services["provision"]["env_file"] == ["sfm.env", "owner.env"]
    assert services["web"]["env_file"] == services["worker"]["env_file"] == "sfm.env"


def test_only_the_owner_gets_the_owners_secret() -> None:
    secrets = {name: [one["secretRef"]["name"] for one in c["envFrom"]] for name, _, c in workloads()}
    with_owner = {name for name, names in secrets.items() if "sfm-owner" in names}
    assert with_owner == {"migrate.yaml", "provision.yaml"}
    assert all("sfm" in names for names in secrets.values())


def test_probes_lead_to_pages_that_answer_whatever_host_is_named(client: Client) -> None:
    """Kubernetes asks by the pod's own address, which is not among the allowed hosts."""
    (container,) = (container for name, _, container in workloads() if name == "web.yaml")
    paths = [container[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")]
    assert [resolve(path).url_name for path in paths] == ["ready", "alive"]
    assert paths[0] in str(COMPOSE["services"]["web"]["healthcheck"]["test"])
    assert client.get(paths[1], headers={"host": f"10.0.0.7:{PORT}"}).status_code == 200
