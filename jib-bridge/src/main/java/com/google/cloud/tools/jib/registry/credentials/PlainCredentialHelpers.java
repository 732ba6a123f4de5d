package com.google.cloud.tools.jib.registry.credentials;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;

/// Opens Jib's constructor that takes the maker of processes: without it a helper would inherit the
/// environment of this process instead of its user's.
public final class PlainCredentialHelpers {
  private PlainCredentialHelpers() {}

  public static DockerCredentialHelper helper(
      String serverUrl,
      Path program,
      Function<List<String>, ProcessBuilder> processes,
      Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty("os.name", "Linux");
    return new DockerCredentialHelper(serverUrl, program, properties, processes, environment);
  }
}
