"""The resource of a dock: what tells its telemetry from that of every other dock.

Each dock is a service instance of its own, also when several share a process. The attribute names are those of the
semantic conventions for `service` and `device`.
"""

from __future__ import annotations

import uuid

from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, OTELResourceDetector, Resource

MODEL_IDENTIFIER = "DL-7450"
MANUFACTURER = "DisplayLink"


def make_resource(service_name: str | None, device_id: str | None) -> Resource:
    """The resource of one dock.

    Parameters:
        service_name: the name unless `OTEL_SERVICE_NAME`, or `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, says
            otherwise; None leaves the SDK's default.
        device_id: the dock's id; None for telemetry that belongs to no dock.
    """
    from_environment = OTELResourceDetector().detect().attributes
    attributes: dict[str, str] = {}
    if service_name is not None and SERVICE_NAME not in from_environment:
        attributes[SERVICE_NAME] = service_name
    if device_id is not None:
        attributes |= {
            "device.id": device_id,
            "device.model.identifier": MODEL_IDENTIFIER,
            "device.manufacturer": MANUFACTURER,
        }
    resource = Resource.create(attributes)
    instance_id = resource.attributes.get(SERVICE_INSTANCE_ID)
    if device_id is None or instance_id is None or SERVICE_INSTANCE_ID in from_environment:
        return resource
    # The SDK's instance id is that of the process. A store that tells streams apart by service and
    # instance (Prometheus does) would mix the metrics of two docks that run the same app.
    own_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{instance_id}/{device_id}")
    return resource.merge(Resource({SERVICE_INSTANCE_ID: str(own_id)}))
