output "images" {
  value = {
    base      = module.base.image
    elsewhere = module.elsewhere.image
    report    = module.report.image
    tagged    = module.tagged.image
    web       = module.web.image
  }
}
