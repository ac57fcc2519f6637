"""A service's bill of materials: CycloneDX 1.6 in JSON, the same bytes for the same lock."""

import json
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tests.supply.licences import licence_of
from tests.supply.shipped import OURS, Package, shipped

OWN_LICENCE = "Apache-2.0"


def bill(service: str) -> str:
    """Each package with its version, licence, address as a package URL, what it needs, and SHA-256 of the files under
    which the lock takes it."""
    packages = {package.name: package for package in shipped(service)}
    components = {name: _component(package, service) for name, package in packages.items()}
    root = components.pop(service)
    bom = Bom(components=components.values(), metadata=BomMetaData(component=root))
    for name, component in {**components, service: root}.items():
        bom.register_dependency(component, [components[needed] for needed in packages[name].needs])
    bom.serial_number = uuid5(NAMESPACE_URL, ":".join(f"{one.name}=={one.version}" for one in packages.values()))
    told = json.loads(JsonV1Dot6(bom).output_as_string())
    del told["metadata"]["timestamp"]  # what was built when is the image's to tell
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _component(package: Package, service: str) -> Component:
    own = package.name in OURS
    licence = OWN_LICENCE if own else licence_of(package.name)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.APPLICATION if package.name == service else ComponentType.LIBRARY,
        bom_ref=f"{package.name}@{package.version}",
        purl=None if own else _address(package),
        licenses=[LicenseFactory().make_from_string(licence)],
        external_references=[] if own else [_files(package)],
    )


def _files(package: Package) -> ExternalReference:
    """The lock takes any of them, one for each kind of machine."""
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=sha256) for sha256 in package.hashes]
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(_address(package))), hashes=hashes)


def _address(package: Package) -> PackageURL:
    return PackageURL("pypi", name=package.name, version=package.version)
