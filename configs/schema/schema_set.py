# SPDX-License-Identifier: Apache-2.0
"""The schema as protoc has compiled it, with what its options say: for the generators beside this file."""
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ["platform", "workload", "run", "target", "experiment", "sweep"]


def compiled(files=tuple(FILES)):
    """The descriptor set of files of configs/schema."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "set.pb"
        protos = [f"configs/schema/{name}.proto" for name in files]
        subprocess.run(["protoc", "-I", ".", "--include_imports", f"--descriptor_set_out={out}", *protos],
                       cwd=ROOT, check=True)
        return out.read_bytes()


class Schema:
    """Messages and their options, of a descriptor set."""

    def __init__(self, raw):
        self.pool = descriptor_pool.DescriptorPool()
        self.names = []
        for proto in descriptor_pb2.FileDescriptorSet.FromString(raw).file:
            self.pool.Add(proto)
            self.names.append(proto.name)
        factory = message_factory.MessageFactory(self.pool)
        factory.GetMessages(["configs/schema/options.proto"])
        self._extensions = {name: self.pool.FindExtensionByName(f"siovsim.{name}")
                            for name in ("rule", "parameters", "model", "model_value")}
        self._options = {kind: factory.GetPrototype(self.pool.FindMessageTypeByName(f"google.protobuf.{kind}"))
                         for kind in ("FieldOptions", "MessageOptions", "EnumOptions", "EnumValueOptions")}

    def _option(self, described, kind, name):
        options = self._options[kind].FromString(described.GetOptions().SerializeToString())
        return options.Extensions[self._extensions[name]]

    def rule(self, field):
        """The FieldRule of a field."""
        return self._option(field, "FieldOptions", "rule")

    def parameters(self, message):
        """The ParametersRules of a message; none if it becomes no structure."""
        return self._option(message, "MessageOptions", "parameters")

    def model(self, enum):
        """The ModelRule of an enumeration."""
        return self._option(enum, "EnumOptions", "model")

    def model_value(self, value):
        """What a value is called in the models, if the schema says so."""
        return self._option(value, "EnumValueOptions", "model_value")

    def messages(self):
        """Every message outside other messages, in the order of the files."""
        for name in self.names:
            if name.startswith("configs/schema/") and not name.endswith("options.proto"):
                yield from self.pool.FindFileByName(name).message_types_by_name.values()
