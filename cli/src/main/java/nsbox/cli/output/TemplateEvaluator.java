package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import nsbox.json.JsonObject;

/// Renders the tree of a template for one object.
///
/// Work is bounded: a range over a billion is a template that people can type.
final class TemplateEvaluator {
  private static final int MAX_STEPS = 1_000_000;

  private final String template;
  private final boolean headings;
  private final BoundedText output = new BoundedText(BoundedText.MAX_OUTPUT);
  private final List<Variable> variables = new ArrayList<>();
  private int steps;

  /// @param headings whether this is the row of headings of a table
  TemplateEvaluator(String template, boolean headings) {
    this.template = template;
    this.headings = headings;
  }

  private static final class Variable {
    final String name;
    Object value;

    Variable(String name, Object value) {
      this.name = name;
      this.value = value;
    }
  }

  /// What comes after a node: the next one, the next element of the range, or the end of the range.
  private enum Flow {
    NEXT,
    CONTINUE,
    BREAK
  }

  String render(List<Node> nodes, Object object) throws TemplateException {
    variables.add(new Variable("$", object));
    run(nodes, object);
    return output.toString();
  }

  private Flow run(List<Node> nodes, Object dot) throws TemplateException {
    Flow flow = Flow.NEXT;
    for (int i = 0; i < nodes.size() && flow == Flow.NEXT; i++) {
      flow =
          switch (nodes.get(i)) {
            case Node.Text(String text) -> print(text, 0);
            case Node.Action(Node.Pipeline pipeline) -> action(pipeline, dot);
            case Node.If(Node.Pipeline condition, List<Node> then, List<Node> otherwise) ->
                choose(condition, then, otherwise, dot, false);
            case Node.With(Node.Pipeline value, List<Node> then, List<Node> otherwise) ->
                choose(value, then, otherwise, dot, true);
            case Node.Range range -> range(range, dot);
            case Node.Break() -> Flow.BREAK;
            case Node.Continue() -> Flow.CONTINUE;
          };
    }
    return flow;
  }

  private Flow print(Object value, int offset) throws TemplateException {
    try {
      TemplateValues.print(value, output);
    } catch (ValueProblem e) {
      throw failure(offset, e.getMessage());
    }
    return Flow.NEXT;
  }

  private Flow action(Node.Pipeline pipeline, Object dot) throws TemplateException {
    Object value = value(pipeline, dot);
    return pipeline.variables().isEmpty() ? print(value, pipeline.offset()) : Flow.NEXT;
  }

  private Flow choose(
      Node.Pipeline condition, List<Node> then, List<Node> otherwise, Object dot, boolean with)
      throws TemplateException {
    int mark = variables.size();
    Object value = value(condition, dot);
    Flow flow = TemplateValues.isTrue(value) ? run(then, with ? value : dot) : run(otherwise, dot);
    release(mark);
    return flow;
  }

  private Flow range(Node.Range range, Object dot) throws TemplateException {
    Node.Pipeline pipeline = range.over();
    int mark = variables.size();
    Object over = commands(pipeline, dot);
    List<Object> elements = new ArrayList<>();
    List<Object> keys = new ArrayList<>();
    BiConsumer<Object, Object> pair =
        (key, element) -> {
          keys.add(key);
          elements.add(element);
        };
    switch (over) {
      case null -> {}
      case Absent _ -> {}
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          pair.accept((long) i, list.get(i));
        }
      }
      case Long count -> {
        step(pipeline.offset(), count);
        for (long i = 0; i < count; i++) {
          pair.accept(i, i);
        }
      }
      default -> {
        Map<String, Object> map = TemplateValues.sorted(over);
        if (map == null) {
          throw failure(
              pipeline.offset(),
              "range goes over lists and maps, not " + TemplateValues.kind(over));
        }
        map.forEach(pair);
      }
    }
    Flow flow = elements.isEmpty() ? run(range.otherwise(), dot) : Flow.NEXT;
    for (int i = 0; i < elements.size() && flow != Flow.BREAK; i++) {
      step(pipeline.offset(), 1);
      release(mark);
      assignRange(pipeline, keys.get(i), elements.get(i));
      flow = run(range.body(), elements.get(i));
    }
    release(mark);
    return elements.isEmpty() ? flow : Flow.NEXT;
  }

  private void assignRange(Node.Pipeline pipeline, Object key, Object element) {
    List<String> names = pipeline.variables();
    if (names.size() == 2) {
      assign(names.get(0), pipeline.declares(), key);
      assign(names.get(1), pipeline.declares(), element);
    } else if (names.size() == 1) {
      assign(names.get(0), pipeline.declares(), element);
    }
  }

  private void assign(String name, boolean declares, Object value) {
    if (declares) {
      variables.add(new Variable(name, value));
    } else {
      find(name).value = value;
    }
  }

  private Variable find(String name) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(name)) {
        return variables.get(i);
      }
    }
    throw new IllegalStateException("the parser lets no unknown variable through: " + name);
  }

  private void release(int mark) {
    variables.subList(mark, variables.size()).clear();
  }

  private Object value(Node.Pipeline pipeline, Object dot) throws TemplateException {
    Object value = commands(pipeline, dot);
    for (String name : pipeline.variables()) {
      assign(name, pipeline.declares(), value);
    }
    return value;
  }

  private Object commands(Node.Pipeline pipeline, Object dot) throws TemplateException {
    Object value = null;
    for (int i = 0; i < pipeline.commands().size(); i++) {
      value = command(pipeline.commands().get(i), dot, i > 0, value);
    }
    return value;
  }

  private Object command(Node.Command command, Object dot, boolean piped, Object last)
      throws TemplateException {
    step(command.callee().offset(), 1);
    if (command.callee() instanceof Node.Function(String name, int offset)) {
      return function(name, offset, command.arguments(), dot, piped, last);
    }
    Object value =
        command.callee() instanceof Node.Field(Node.Expression of, String name, int offset)
            ? field(value(of, dot), name, offset)
            : value(command.callee(), dot);
    List<Object> arguments = new ArrayList<>();
    for (Node.Expression argument : command.arguments()) {
      arguments.add(value(argument, dot));
    }
    if (piped) {
      arguments.add(last);
    }
    if (value instanceof TemplateMethod method) {
      return called(method, arguments, command.callee().offset());
    }
    if (!arguments.isEmpty()) {
      throw failure(command.callee().offset(), "the field takes no arguments");
    }
    return value;
  }

  private Object function(
      String name, int offset, List<Node.Expression> given, Object dot, boolean piped, Object last)
      throws TemplateException {
    boolean and = name.equals("and");
    boolean lazy = and || name.equals("or");
    List<Object> arguments = new ArrayList<>();
    for (Node.Expression argument : given) {
      Object value = value(argument, dot);
      if (lazy && TemplateValues.isTrue(value) != and) {
        return value;
      }
      arguments.add(value);
    }
    if (piped) {
      arguments.add(last);
    }
    if (lazy) {
      if (arguments.isEmpty()) {
        throw failure(offset, name + " needs an argument");
      }
      return arguments.getLast();
    }
    try {
      return TemplateFunctions.call(name, arguments, headings);
    } catch (ValueProblem e) {
      throw failure(offset, e.getMessage());
    }
  }

  private Object value(Node.Expression expression, Object dot) throws TemplateException {
    return switch (expression) {
      case Node.Dot _ -> dot;
      case Node.Nil _ -> null;
      case Node.Literal(Object value, int _) -> value;
      case Node.Variable(String name, int _) -> find(name).value;
      case Node.Function(String name, int offset) ->
          function(name, offset, List.of(), dot, false, null);
      case Node.Nested(Node.Pipeline pipeline, int _) -> value(pipeline, dot);
      case Node.Field(Node.Expression of, String name, int offset) -> {
        Object value = field(value(of, dot), name, offset);
        yield value instanceof TemplateMethod method ? called(method, List.of(), offset) : value;
      }
    };
  }

  private Object called(TemplateMethod method, List<Object> arguments, int offset)
      throws TemplateException {
    Object result = method.call(arguments);
    if (result == null) {
      throw failure(offset, "the field does not take these arguments");
    }
    return result;
  }

  private Object field(Object of, String name, int offset) throws TemplateException {
    return switch (of) {
      case Map<?, ?> map -> map.get(name);
      case Absent.MAP -> null;
      case JsonObject object -> {
        if (!object.members().containsKey(name)) {
          throw failure(
              offset,
              "no field ." + name + "; there are " + String.join(", ", object.members().keySet()));
        }
        yield object.members().get(name);
      }
      case null -> throw failure(offset, "no field ." + name + " of what has no value");
      default -> throw failure(offset, "no field ." + name + " of " + TemplateValues.kind(of));
    };
  }

  private void step(int offset, long count) throws TemplateException {
    if (count > MAX_STEPS - steps) {
      throw failure(offset, "more than " + MAX_STEPS + " steps");
    }
    steps += (int) Math.max(count, 0);
  }

  private TemplateException failure(int offset, String problem) {
    return new TemplateException(template, offset, problem);
  }
}
