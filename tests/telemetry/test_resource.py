"""The resource of a dock, and what the environment adds to it."""

import pytest
from opentelemetry.sdk.resources import Resource

from dl7450_telemetry._resource import make_resource

DOCK = {"device.id": "A1", "device.model.identifier": "DL-7450", "device.manufacturer": "DisplayLink"}


def own_attributes(service_name: str | None, device_id: str | None) -> dict[str, object]:
    """The resource's attributes without those that say which SDK and which process it is."""
    attributes = make_resource(service_name, device_id).attributes
    return {
        name: value
        for name, value in attributes.items()
        if not name.startswith("telemetry.sdk.") and name != "service.instance.id"
    }


def test_a_dock_has_its_apps_name_and_its_own_id() -> None:
    assert own_attributes("carousel", "A1") == {"service.name": "carousel", **DOCK}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OTEL_SERVICE_NAME", "lobby"), ("OTEL_RESOURCE_ATTRIBUTES", "service.name=lobby")],
)
def test_the_environments_service_name_wins(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    assert own_attributes("carousel", "A1") == {"service.name": "lobby", **DOCK}


def test_the_environment_adds_attributes_but_a_dock_keeps_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=lobby,device.id=other")
    assert own_attributes("carousel", "A1") == {
        "service.name": "carousel",
        "deployment.environment.name": "lobby",
        **DOCK,
    }


def test_telemetry_of_no_dock_has_no_device() -> None:
    assert own_attributes("check", None) == {"service.name": "check"}


def test_each_dock_of_a_process_is_a_service_instance_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def instance(device_id: str | None) -> object:
        return make_resource("carousel", device_id).attributes["service.instance.id"]

    assert len({instance(None), instance("A1"), instance("A2")}) == 3
    assert instance("A1") == instance("A1")
    assert instance(None) == Resource.create().attributes["service.instance.id"]  # the SDK's, of the process
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=mine")
    assert instance("A1") == "mine"
