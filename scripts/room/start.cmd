@echo off
rem Finds Python @python@, and lets start.py do the rest. It needs no rights of an administrator.
setlocal
chcp 65001 >nul
cd /d "%~dp0"
if errorlevel 1 goto :share
if not exist start.py goto :packed
set "TEST=import sys; sys.exit(sys.version_info[:2] != (@tuple@))"
py -@python@ -c "%TEST%" >nul 2>nul
if not errorlevel 1 goto :launcher
python@python@ -c "%TEST%" >nul 2>nul
if not errorlevel 1 goto :versioned
python -c "%TEST%" >nul 2>nul
if not errorlevel 1 goto :plain
echo This bundle needs Python @python@, 64 bit, and neither py -@python@ nor python starts one here.
echo README.txt says where Python comes from.
goto :failed
:launcher
py -@python@ start.py %*
goto :ended
:versioned
python@python@ start.py %*
goto :ended
:plain
python start.py %*
:ended
if not errorlevel 1 exit /b 0
goto :failed
:share
echo This folder is on a network share. Copy it to a disk of this laptop, and start it there.
goto :failed
:packed
echo start.py is not next to start.cmd: unpack the whole ZIP first (right click, Extract All).
:failed
rem The window stays open, so that somebody can read it.
pause
exit /b 1
