"""A profile with `writes = "off"` reads and plans, and changes nothing."""

from __future__ import annotations

from cli_session import SET_AMOUNT, CliSession

OFF = '[profiles.default]\nrate = 100000\nsettle_wait = 0.01\nabsence_wait = 0.05\nwrites = "off"\n'
ON = OFF.replace("off", "on")


def test_a_read_only_profile_plans_says_what_stops_it_and_writes_nothing(cli: CliSession) -> None:
    cli.settings(OFF)
    edited = cli.edit(cli.export(), SET_AMOUNT)
    shown = cli.run("diff", edited)
    refused = cli.run("apply", edited, "--yes")

    assert shown[0] == refused[0] == 1
    assert "The profile default is read-only." in shown[1]
    assert 'Set writes = "on" under [profiles.default] in reconcile.toml' in refused[2]
    assert not cli.writes()

    cli.settings(ON)
    assert cli.run("apply", edited, "--yes")[0] == 0


def test_a_run_is_resumed_and_undone_only_where_writing_is_on(cli: CliSession) -> None:
    edited = cli.edit(cli.export(), SET_AMOUNT)
    cli.fault("PATCH /commission-lines/*: 401")
    _, _, stopped = cli.run("apply", edited, "--yes")
    name = stopped.split("reconcile resume ")[1].split()[0].rstrip(".")
    cli.settings(OFF)
    refused = cli.run("resume", name)
    cli.settings(ON)
    assert cli.run("resume", name)[0] == 0
    cli.settings(OFF)
    undone = cli.run("undo", name, "--yes")
    tried = cli.run("undo", name, "--dry-run")

    assert [refused[0], undone[0], tried[0]] == [1, 1, 0]
    assert all("read-only" in one for one in (refused[2], undone[2]))


def test_another_word_is_refused_in_a_sentence(cli: CliSession) -> None:
    cli.settings('[profiles.default]\nwrites = "never"\n')

    code, _, err = cli.run("doctor")

    assert code == 2
    assert "writes" in err
    assert "Traceback" not in err
