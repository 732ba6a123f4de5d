package nsbox.e2e.engines;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;

/// What tests say to an engine, by its own command line.
interface Engine {
  EngineHost host();

  /// The engine's program with the flags that all calls need.
  List<String> command();

  Running start(String... arguments) throws Exception;

  Result call(String... arguments) throws Exception;

  Result callWithInput(String input, String... arguments) throws Exception;

  /// As [EngineHost#onTerminal] has it.
  Result onTerminal(String steps, String... arguments) throws Exception;
}
