@echo off
rem The command line: the same program as the window, without one.
"%~dp0..\Lamina.exe" --cli --no-sandbox --headless --log-level=3 -- %*
