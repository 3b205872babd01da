"""Lab 3: four challengers, of which the gate refuses three, each for a reason of its own."""

from collections.abc import Iterator
from pathlib import Path

from jukebox.labs.hands import Hands
from jukebox.labs.homes import open_lab, release_weeks
from jukebox.labs.lab import Lab
from jukebox.labs.nodes import Node, add_nodes

CLAIMS = """\
Average precision on the four newest weeks, as the maker of each version reports it.
The champion, version 1, has {:.2f}.

version 2: {:.2f}, trained on every week that we have, the newest too
version 3: {:.2f}, trained with the champion's settings and another seed
version 4: {:.2f}, with all probabilities raised, so that more tracks get a campaign
version 5: {:.2f}, trained on six weeks more than the champion
"""


class AGateThatSaysNo(Lab):
    """Four challengers, of which the gate passes one."""

    title = "A gate that says no"
    first = "cat claims.txt"

    def start(self, folder: Path) -> None:
        """Make a champion, four challengers whom nobody has judged, and what their makers claim."""
        import hashlib
        from dataclasses import replace

        from jukebox import problem
        from jukebox.data.versions import labels
        from jukebox.model.training import (
            Model,
            Settings,
            export,
            find_weeks,
            fit,
            labelled_tracks,
            predict,
            split,
            train,
        )

        data, models = release_weeks(folder, seed=5, weeks=20)
        tracks, charts = data.read(data.freeze())
        past = tracks.loc[tracks["released"] < 11], charts.loc[charts["known"] < 11]
        first, lucky = (train(*past, Settings(epochs=40), seed) for seed in (0, 4))
        honest = train(tracks, charts)
        raised = add_nodes(honest, [Node("Sqrt", ["before"], "probabilities")])
        known, settings = (
            labelled_tracks(tracks, charts),
            Settings(hidden=(64,), rate=1e-2, epochs=40),
        )
        onnx = export(fit(known, labels(known, charts), settings, 0), {})
        # The leak: these weeks are those of the test, too.
        record = replace(honest.record, fitted_weeks=find_weeks(known))
        leak = Model(onnx, hashlib.sha256(onnx).hexdigest(), record)
        _, (newer, y) = split(known, labels(known, charts))
        claims = []
        for model in (first, leak, lucky, raised, honest):
            p = predict(model.onnx, newer)
            measures = (problem.average_precision, problem.brier, problem.calibration_error)
            found = {measure.__name__: measure(y, p) for measure in measures}
            metrics = {**model.record.metrics, **(found if model in (leak, raised) else {})}
            models.register(replace(model, record=replace(model.record, metrics=metrics)))
            claims.append(found["average_precision"])
        models.promote(1, "it was the first to pass the gate")
        (folder / "claims.txt").write_text(CLAIMS.format(*claims), "utf-8")

    def check(self, folder: Path) -> Iterator[str]:
        """Ask the gate about the champion, and about those to whom a rollback would return."""
        from jukebox.model.gate import gate

        data, models = open_lab(folder)
        now, known, first = models.standing(), data.read(), models.load(1)
        if now.champion in (None, 1):
            yield (
                "Version 1 is the champion, and among the four is a better one: ask about each with "
                "jukebox evaluate 2, 3, 4 and 5, and promote the one that passes."
            )
        else:
            verdict = gate(models.load(now.champion), first, *known)
            if not verdict.passed:
                again = "Begin again with jukebox lab reset 3"
                back = 'Go back with jukebox rollback --why "…"' if now.earlier else again
                yield (
                    f"Version {now.champion} is the champion, and the gate refuses it "
                    f"({'; '.join(verdict.reasons)}). You did not ask the gate, and promote does not "
                    f"ask it either, because a person may overrule it. {back}, ask jukebox "
                    "evaluate about each of the four, and promote the one that passes."
                )
        for version in set(now.earlier) - {1}:
            verdict = gate(models.load(version), first, *known)
            if not verdict.passed:
                back = 'jukebox rollback --why "…" until version 1 answers, then promote again'
                if now.earlier[0] != 1:
                    back = "jukebox lab reset 3"
                yield (
                    f"Version {version} was promoted, and never taken back: the next rollback would "
                    f"make it champion again, and the gate says of it: {'; '.join(verdict.reasons)}. "
                    f"Type {back}."
                )

    def conclude(self, folder: Path) -> str:
        """Say by how much the champion is better, and what the history keeps."""
        from jukebox.model.gate import gate

        data, models = open_lab(folder)
        champion, history = models.standing().champion, models.history()
        assert champion is not None  # the check asks for one
        reasons = gate(models.load(champion), models.load(1), *data.read()).reasons
        back = [row for row in history if row.action == "rollback"]
        kept = f" The history keeps why you went back: “{back[-1].why}”." if back else ""
        return f"Version {champion} is the champion, and {reasons[0].replace('champion', 'first')}.{kept}"

    def solve(self, folder: Path, hands: Hands) -> None:
        """Ask about each, and promote the one that passes."""
        for version in (2, 3, 4):
            hands.type(f"jukebox evaluate {version}", code=1)
        hands.type("jukebox evaluate 5")
        hands.type("jukebox promote 5 --why 'the only one that passed the gate'")
